/** The four domains in the order of the stream. */
export const DOMAINS = ['account', 'schedule', 'health', 'info'] as const;
export type Domain = (typeof DOMAINS)[number];

/** Every API of API-Bank's levels 1 and 2 (arXiv 2304.08244), each in the one domain of what it is about. */
export const DOMAIN_APIS: Record<Domain, readonly string[]> = {
  account: [
    'RegisterUser',
    'GetUserToken',
    'CheckToken',
    'ModifyPassword',
    'ForgotPassword',
    'DeleteAccount',
    'OpenBankAccount',
    'QueryBalance',
  ],
  schedule: [
    'AddAgenda',
    'ModifyAgenda',
    'QueryAgenda',
    'DeleteAgenda',
    'AddAlarm',
    'ModifyAlarm',
    'QueryAlarm',
    'DeleteAlarm',
    'AddMeeting',
    'ModifyMeeting',
    'QueryMeeting',
    'DeleteMeeting',
    'AddReminder',
    'ModifyReminder',
    'QueryReminder',
    'DeleteReminder',
  ],
  health: [
    'AppointmentRegistration',
    'ModifyRegistration',
    'QueryRegistration',
    'CancelRegistration',
    'RecordHealthData',
    'QueryHealthData',
    'SymptomSearch',
    'EmergencyKnowledge',
  ],
  info: [
    'BookHotel',
    'Calculator',
    'Dictionary',
    'DocumentQA',
    'GetToday',
    'ImageCaption',
    'PlayMusic',
    'QueryHistoryToday',
    'QueryStock',
    'SearchEngine',
    'SendEmail',
    'SpeechRecognition',
    'ToolSearcher',
    'Translate',
    'Wiki',
    'AddScene',
    'ModifyScene',
    'QueryScene',
    'DeleteScene',
    'TimedSwitch',
    'CancelTimedSwitch',
  ],
};

const DOMAIN_OF = new Map(
  DOMAINS.flatMap((domain) => DOMAIN_APIS[domain].map((api) => [api, domain] as const)),
);

export function domainOfApi(api: string): Domain | undefined {
  return DOMAIN_OF.get(api);
}
