/**
 * Level 3 in domains by what an API is about, sorted by hand: the 22 APIs of its simulator, and the 361 others that its
 * training file calls, which language models made up. ToolSearcher, half of the calls, is a domain of its own.
 */
export const LEVEL_3_DOMAIN_APIS: Record<string, readonly string[]> = {
  care: names(`
    AppointmentAvailabilityChecker AppointmentBookingSystem AppointmentDetailsRetriever
    AppointmentReminder AppointmentRescheduler AppointmentScheduler AppointmentWaitTimeEstimator
    BloodDonationAppointmentScheduler ClinicSearchAPI DentalCheckupAvailability
    DentistAvailability DoctorAppointmentAvailability DoctorAppointmentBooking
    DoctorAvailabilityChecker DoctorRecommendation ExpertOpinion EyeExamAppointmentAvailability
    EyeExamTimeSlots FindDentist FindDentistsByInsurance FindDoctorBySpecialtyAndLocation
    FindHealthcareProviderReviews FindNearbyHospital FindNearbyHospitals GetAvailableTimeSlots
    GetHealthcareProviderDetails GetHospitalInfoByLocation GetHospitalVisitingPolicy
    GetHospitalVisitorPolicy GetProviderReviewsAndRatings GetVisitorPolicy GynecologyTelehealth
    HealthProviderRatings HealthcareAppointmentSearch HealthcareProviderAppointmentChecker
    HealthcareProviderAppointmentScheduler HealthcareProviderAvailability
    HealthcareProviderBackgroundCheck HealthcareProviderDetails HealthcareProviderFinder
    HealthcareProviderRating HealthcareProviderRatingAPI HealthcareProviderRatingsAPI
    HealthcareProviderReviewAPI HealthcareProviderSearch HealthcareProviderVideoConsultation
    HealthcareReviewRater HealthcareServiceSearch HospitalAppointmentBooking
    HospitalBedAvailability HospitalContacts HospitalDetails HospitalFinder
    HospitalInformationAPI HospitalLocator HospitalPolicyAPI HospitalRoomPrefManager
    HospitalSearch HospitalVisitingHours LabAppointmentScheduler LabTestAppointmentBooking
    LabTestAppointmentScheduler LabTestScheduler LicenseVerifier MRIScanDetails
    MedicalAppointmentScheduler MedicalContactInfo MedicalExpertConsultation
    MedicalImagingAppointmentScheduler MedicalImagingCenterLocator MedicalInstituteSearcher
    MedicalProgramSearch MedicalRecordAccess MedicalRecordSharing MedicalRecordsRetriever
    MedicalSpecialistFinder NearestHospitalFinder PhysicianContactAPI PhysicianRatingsAPI
    RetrieveMedicalRecords SecondOpinion SortProvidersByRatingAPI SurgeryWaitlistAPI
    TelehealthAppointmentBooking TelehealthBookingAPI TelehealthCardiologyConsultation
    TelehealthDermatology TelehealthScheduler TelehealthServiceAPI TestingCenterFinder
    UpdateAppointmentSchedule VerifyProviderBackground VirtualConsultationScheduler
    VisitingHoursAPI WaitTimeEstimator bookAppointment`),
  medicine: names(`
    AllergyInfoProvider AntibioticDosageRecommendation AntibioticFormulations
    BreastCancerClinicalTrialSearch CCMSSInfoAPI COVIDSymptomsInfo ClinicalTrialDataRetriever
    ClinicalTrialDetailsAPI ClinicalTrialEnrollment ClinicalTrialSearch ClinicalTrialSearcher
    ClinicalTrialsAPI DiabetesInfo DrugInteractionChecker DrugInteractionDetails
    DrugRecallChecker EndometriosisSymptomsAPI EnrollInClinicalTrial EnrollInResearchStudy
    FindClinicalTrials FindDiabetesResearchStudy FindVolunteerStudies FluSymptomAndTreatmentAPI
    HealthConditionInformation HealthRecommendation MedInteractionChecker MedicalConditionApi
    MedicalResearchStudyFinder MedicalResearchStudyInfo MedicalResearchStudyRegistration
    MedicalTreatmentInfo MedicationAdherenceTracker MedicationDisposal
    MedicationDisposalGuidelines MedicationInteractionCheck MedicationInteractionChecker
    MedicationReminder MedicationReminderService MedicationSideEffectInfo
    MedicationStorageGuidelines MedicineDescription MedicineInformation MigraineInfo
    MigraineSymptoms MigraineTreatment PaperSummarizer PharmaceuticalDrugRecallInfo
    PharmacyLocator PregnancyCareTips PregnancyHealthMonitoringAPI PregnancyTipsAPI
    PrescriptionRefillAuth PrescriptionRenewal ResearchPaperRetriever ResearchPaperSummarizer
    ResearchParticipantFetcher TreatmentDetails TreatmentRecommendation VaccinationCenterInfo
    VaccineAvailability`),
  wellness: names(`
    ActivityCalories AcupunctureBenefits AlternativeMedicineDB AlternativeMedicineDatabase
    AlternativeMedicineInfo AlternativeMedicineProviderReferral
    AlternativeMedicineRecommendation AlternativeMedicineTreatments AlternativeTreatmentInfo
    AnxietyCounseling AnxietySupportGroupAPI AnxietySupportHotline BMICalculator
    BackPainExerciseProvider BackPainExerciseRecommendations
    BackPainTopicalTreatmentRecommendations CalorieIntakeCalculator CaloriesBurnedCalculator
    CaloriesCalculator ChronicPainManagementAPI ChronicPainStrategies ChronicPainTechniques
    ClassSchedule DepressionResourceDetails DepressionResourcesLocator DiabetesNutritionAPI
    EquipmentAvailability EquipmentRecommendation ExerciseBenefitsAPI ExerciseDemonstrator
    FindMentalHealthHelpline FindWellnessRetreatCenter FitnessChallengeAPI
    FitnessChallengeGenerator FitnessClassAPI FitnessClassFinder FitnessClassInfo
    FitnessClassRecommendation FitnessClassScheduleFinder FitnessEquipmentAPI
    FitnessEquipmentRecommendation FitnessEquipmentSearch FitnessGoalPreferenceGatherer
    FitnessStoreLocator FitnessSurvey FoodNutritionAPI GetFitnessClassSchedule GetSupportGroups
    JoinFitnessChallengeAPI KneeExerciseDemonstration LowerBackPainManagement
    MeasurementRecorder MeditationTechniques MentalHealthAPI MentalHealthHotline
    MentalHealthResourceDirectory MentalHealthResourceHelpline MentalHealthResourceHotline
    MentalHealthResourceRecommendation MentalHealthResources MentalHealthSupportGroupFinder
    MentalHealthSupportGroupRecommendation MentalHealthSupportGroupRecommendations
    MentalHealthSupportGroupSearch MentalHealthSupportGroups PainManagementAPI
    PainManagementExercises PainManagementStrategies PainManagementTechniques
    ProgressParamsTracker RetreatProgramInfo RunningCalorieCalculator ShoulderExerciseProvider
    StressManagementAPI StressReducer StressReductionAPI StressReductionStrategies
    StressTechniques SupplementRecommendation SupportGroupContactInfo SupportGroupDetails
    SupportGroupInformation SupportGroupSearcher TherapistDetails TherapistSearch
    VirtualClassFinder VirtualClassProvider WellnessRetreatBooking WellnessRetreatFinder
    WellnessRetreatInfo WellnessRetreatsInBali YogaMeditationClassFinder ZumbaCalories`),
  costs: names(`
    AdditionalFeesAPI AdditionalProcedureCosts AutoInsuranceCoverageLimit
    AutoInsurancePolicyInfo CancerTreatmentCost CarAccidentCoverageLimit CarInsuranceCoverage
    ClaimStatusRetriever CoverageCalculator DentalProcedureCostEstimator
    EquipmentLoanProgramSearch EquipmentRentalAPI EquipmentRentalInfo ExerciseEquipmentRental
    FamilyHealthcareCostEstimator FitnessEquipmentRental FitnessEquipmentRentalAPI
    FitnessRentalService GetDentalProcedureCost GetEquipmentRentalFees
    GetHealthInsuranceCoverage GetMedicalEquipmentLoanProgram GetMedicationPrices
    GetOccupationSalary GetOxygenConcentratorRentalCost GetPremiumDetails GetPrescriptionPrices
    GetProcedureCost GetRentalCost GetSurgeryCost GetTreadmillPrices GetVideoConsultationCost
    HealthInsurancePlanAPI HealthInsurancePlanInfo HealthInsurancePlans
    HealthInsurancePremiumCalculator HealthPremiumCalculator HealthcareCostEstimator
    HospitalCostCalculator InsuranceCoverageCalculator InsurancePlanFinder
    InsurancePolicyDetails LoanProgramAvailability MedicalBillPaymentAssistanceAPI
    MedicalCostComparator MedicalEquipmentRentalAPI MedicalLoanProgramSearch
    MedicalProcedureCostEstimator MedicationPriceComparator MedicationPriceComparer
    MonthlyPremiumCalculator MonthlyRentalCostCalculator PlanEvaluator PremiumCalculator
    PrenatalInsurancePlans PriceComparator ProcedureCostEstimator TaxCalculator
    TotalCostCalculator TreadmillPurchaseOptions WheelchairRentalCost WheelchairRentalProvider`),
  everyday: names(`
    AccountInfo AddMeeting AvailabilityChecker AverageCalculator BookingScheduler COVIDNewsAPI
    CPRInstructions Calculator CarJourneyEstimator CenterAddressProvider ClothingRecommendation
    DiseaseNotification DiseaseOutbreakAlert DiseaseOutbreakInfo DiseaseOutbreakNotifier
    DurationCalculator EMSServicesContactInfo EarthquakePreparednessSF EmailReminder
    EmergencyContactAPI EmergencyContactInfo EmergencyMedicalAssistance
    EmergencyMedicalCenterSearch EmergencyMedicalContacts EmergencyServicesSearchAPI
    EmergencyShelterFinder EvacRoutePlanner EvacuationRoute EvacuationRouteCalculator
    EvacuationRoutePlanner FlightSearch Geocoding GeolocationAPI GetUserLocation
    GetWeatherForCoordinates HairSalonWaitTimeEstimator HotelAvailability HurricanePrepInfo
    HurricanePreparednessNYC LikeCount MapRouteVisualization MovieRecommendations
    NearbyRestaurants NotificationSender OperatingHoursInfo OrganizationMembers
    PersonalInfoUpdate QueryMeeting RatioCalculator ReminderAPI ReminderDetails ReminderSetter
    ReservationMaker RestaurantFinder RestaurantInfoAPI RestaurantLocator
    ServiceAvailabilityChecker TrafficInfoProvider TravelStatus TravelTimeCalculator
    UserGuideProvider UserLocation UserLocationProvider UserLocationRetriever
    UserMoviePreferences UserPosts UserWatchedMovies VideoConferencingToolProvider WeatherAPI
    WeatherForecastAPI WeatherInfo`),
  search: names(`
    ToolSearcher`),
};

function names(text: string): string[] {
  return text.trim().split(/\s+/);
}
