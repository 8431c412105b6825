import { useTranslation } from 'react-i18next';
import { useFormat } from '../../i18n/use-format';
import { useTerms } from '../../i18n/use-terms';
import { CheckboxField, SelectField, TextField } from '../../ui/field';
import { fieldName, listSettings, type SettingSchema } from './recipe-settings';

interface SettingsFieldsProps {
  family: string;
  recipe: string;
  schema: Record<string, unknown>;
}

/** One field for each setting of a recipe, drawn from the recipe's JSON Schema: a new recipe needs no new screen. */
export function SettingsFields({ family, recipe, schema }: SettingsFieldsProps) {
  const { t } = useTranslation();
  const settings = listSettings(schema);
  if (settings.length === 0) return null;
  return (
    <details className="rounded-md border border-line">
      <summary className="rounded-md px-3 py-2 font-medium hover:bg-sunken">{t('models.settings')}</summary>
      <div className="space-y-4 border-t border-line p-3">
        <p className="text-muted">{t('models.settingsHint')}</p>
        {settings.map(([name, setting]) => (
          // A recipe's fields must not take over what was typed for another's.
          <SettingField
            key={`${family}.${recipe}.${name}`}
            path={`recipes.${family}.${recipe}`}
            name={name}
            setting={setting}
          />
        ))}
      </div>
    </details>
  );
}

/** @param path of the recipe's texts */
function SettingField({ path, name, setting }: { path: string; name: string; setting: SettingSchema }) {
  const { t } = useTranslation();
  const terms = useTerms();
  const format = useFormat();
  const description = terms.text(`${path}.settings.${name}`, setting.description ?? '');
  const props = { label: terms.name('settings', name), name: fieldName(name), hint: description };
  if (setting.type === 'boolean') return <CheckboxField {...props} defaultChecked={setting.default === true} />;
  if (setting.enum) {
    return (
      <SelectField {...props} defaultValue={String(setting.default ?? '')}>
        {setting.enum.map((value) => (
          <option key={value} value={value}>
            {terms.name('settingValues', value)}
          </option>
        ))}
      </SelectField>
    );
  }
  if (setting.type === 'object') return <TextField {...props} defaultValue={JSON.stringify(setting.default ?? {})} />;
  if (setting.type !== 'number' && setting.type !== 'integer') {
    return <TextField {...props} defaultValue={String(setting.default ?? '')} />;
  }
  const { minimum, maximum } = setting;
  const exact = (value: number) => format.number(value, { maximumFractionDigits: 10 });
  const range =
    minimum !== undefined && maximum !== undefined
      ? t('models.range', { min: exact(minimum), max: exact(maximum) })
      : undefined;
  return (
    <TextField
      {...props}
      hint={[description, range].filter(Boolean).join(' ')}
      type="number"
      step={setting.type === 'integer' ? 1 : 'any'}
      min={minimum}
      max={maximum}
      defaultValue={String(setting.default ?? '')}
    />
  );
}
