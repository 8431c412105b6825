/** The part of JSON Schema that recipes use for one setting. */
export interface SettingSchema {
  type?: string;
  description?: string;
  default?: unknown;
  minimum?: number;
  maximum?: number;
  enum?: string[];
}

/** The settings of a recipe, in the order of its schema. */
export function listSettings(schema: Record<string, unknown>): [name: string, setting: SettingSchema][] {
  return Object.entries((schema.properties ?? {}) as Record<string, SettingSchema>);
}

/** Form field of a setting; also the path of its errors. */
export const fieldName = (setting: string) => `settings.${setting}`;

/** Typed values of a filled form. Numbers left empty are left out, and so take their default. */
export function readSettings(values: FormData, schema: Record<string, unknown>): Record<string, unknown> {
  const settings: Record<string, unknown> = {};
  for (const [name, { type }] of listSettings(schema)) {
    const text = String(values.get(fieldName(name)) ?? '');
    if (type === 'boolean') settings[name] = values.has(fieldName(name));
    else if (text) settings[name] = readSetting(text, type);
  }
  return settings;
}

/** Text that is not JSON is sent unchanged: the API's error then says at the field what is expected. */
function readSetting(text: string, type: string | undefined): unknown {
  if (type === 'number' || type === 'integer') return Number(text);
  if (type !== 'object') return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
