/** In which zone a country's charts are read: that of its main exchange. */

const ZONES: Readonly<Record<string, string>> = {
  AUS: "Australia/Sydney",
  BRA: "America/Sao_Paulo",
  CAN: "America/Toronto",
  CHN: "Asia/Shanghai",
  DEU: "Europe/Berlin",
  ESP: "Europe/Madrid",
  FRA: "Europe/Paris",
  GBR: "Europe/London",
  HKG: "Asia/Hong_Kong",
  IND: "Asia/Kolkata",
  JPN: "Asia/Tokyo",
  MEX: "America/Mexico_City",
  NLD: "Europe/Amsterdam",
  SAU: "Asia/Riyadh",
  USA: "America/New_York",
};

export const zoneOf = (country: string | undefined): string => ZONES[country ?? ""] ?? "UTC";
