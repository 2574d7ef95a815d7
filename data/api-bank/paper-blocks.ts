const TEXTS = {
  D1: `
    JoinChallenge Symptom_Checker add_allergy add_emergency_contact add_maintenance_tip add_medical_record
    add_medication_to_storage add_remedy add_room_preference book_appointment cancel_class check_symptoms
    compare_prices create_delivery_order delete_medication dispute_resolution find_healthcare_provider
    get_available_slots get_buildings get_claim_status get_delivery_status get_diagnosis get_hospital_list
    get_license_info get_medical_history get_nutrition_info get_payment_plans get_policy_info
    get_test_result get_test_results get_vaccine_schedule get_weight_loss_progress medication_lookup
    record_medication_taken register_notification rent_equipment reserve_equipment search_provider
    set_fitness_goal set_pickup_reminder set_sleep_goal share_medical_record symptom_checker
    update_claim_status update_delivery_status verify_license
  `,
  D2: `
    SearchDoctor add_device add_dietary_restriction add_medical_condition add_medication_reminder
    add_therapy_session book_equipment cancel_refill_reminder check_availability check_eligibility
    compare_insurance_plans enroll_in_clinical_trial get_alternative_medicine get_article_list
    get_available_doctors get_bill_info get_claim_history get_diagnosis_codes get_equipment_list
    get_first_aid_instructions get_fitness_classes get_insurance_plans get_medication_reminders
    get_medications get_patient_info get_plan_details get_procedure_cost get_procedures get_provider_reviews
    get_providers get_reviews get_side_effects get_sleep_data get_sleep_tips get_storage_locations
    get_therapists get_trial_criteria medication_reminder notify_outbreak renew_prescription
    report_side_effect schedule_follow_up search_alternative_medicine search_medication search_side_effect
    set_medication_reminder
  `,
  D3: `
    ConditionList Emergency_Kit_Checklist GetEmergencyContacts TrackSymptom add_to_cart add_workout
    available_doctors calculate_bmi cancel_appointment cancel_booking cancel_consultation compare_plans
    drug_interaction_check find_nearby_hospitals get_appointment_history get_challenge_list get_classes
    get_device_list get_doctor_availability get_doctors get_equipment get_hospital_info
    get_insurance_policies get_latest_test_result get_locations get_meal_suggestions get_medication_info
    get_medication_list get_nutrition_list get_plan_options get_prescription_list get_prescriptions
    get_provider_info get_recommendations get_support_groups get_therapist_list get_workout_plan
    register_class register_visitor return_equipment schedule_consultation search_drug_recall search_herbs
    search_providers search_remedies search_trials
  `,
  D4: `
    CheckSymptoms Emergency_Contacts Find_Healthcare_Provider Mental_Health_Resource_Search
    ScheduleAppointment SearchDoctors Search_Healthcare_Providers Search_Medication add_medication
    add_review analyze_sleep_data cancel_class_registration check_coverage_eligibility
    check_equipment_availability compare_hospital_cost get_class_schedule get_coverage
    get_coverage_by_disease get_coverage_limits get_department_list get_disease_causes get_diseases
    get_doctor_list get_doctor_schedule get_equipments get_exercise_list get_exercises get_languages
    get_maintenance_tips get_medical_records get_patient_record get_payment_history get_prescription
    get_progress get_symptoms get_wait_time get_workout_history list_available_tests log_workout
    medication_info register_appointment reschedule_appointment schedule_appointment search_equipments
    submit_claim view_payment_history
  `,
};

/** The API families of each block of arXiv 2605.09734, as its runs had them: case counts, 46 a block. */
export const PAPER_BLOCKS: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries(TEXTS).map(([block, text]) => [block, text.trim().split(/\s+/)]),
);
