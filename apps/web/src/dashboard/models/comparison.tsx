import { useQueries } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { Model, ModelVersion } from '../../api/client';
import { useFormat } from '../../i18n/use-format';
import { useTerms } from '../../i18n/use-terms';
import { Badge } from '../../ui/badge';
import { classNames } from '../../ui/class-names';
import { Cell, HeaderCell, Table } from '../../ui/table';
import { trainingJobQuery } from '../training-jobs/training-jobs.queries';
import { useFamily } from './families.queries';
import type { Search } from './leaderboard-card';
import { reportQuery } from './models.queries';
import { useSetting } from './use-setting';
import { useVersionName } from './use-version-name';

const DIGITS = 4;

interface ComparisonProps {
  model: Model;
  /** All of the model, by which they are named. */
  versions: ModelVersion[];
  compared: ModelVersion[];
}

interface Line {
  key: string;
  name: string;
  values: (string | undefined)[];
  /** Places of the best; nothing is best of what has no direction. */
  best?: number[];
}

/** Versions side by side: how they were trained and what they came to. What is not the same for all is marked. */
export function Comparison({ model, versions, compared }: ComparisonProps) {
  const { t } = useTranslation();
  const terms = useTerms();
  const format = useFormat();
  const versionName = useVersionName();
  const family = useFamily(model.family);
  const reports = useQueries({
    queries: compared.map((version) => ({ ...reportQuery(model.projectId, version), enabled: version.hasReport })),
  });
  const jobs = useQueries({
    queries: compared.map(({ trainingJobId }) => trainingJobQuery(model.projectId, trainingJobId)),
  });
  const settings = compared.map((_, place) =>
    settingsOf(model, reports[place]?.data?.['search'] as Search | undefined),
  );
  const durations = jobs.map(({ data }) => data?.durationMs ?? undefined);
  const show = useSetting();
  const keysOf = (records: object[]) => [...new Set(records.flatMap((record) => Object.keys(record)))];
  const metrics = keysOf([family?.metrics ?? {}, ...compared.map(({ result }) => result.values)]).filter((metric) =>
    compared.some(({ result }) => metric in result.values),
  );
  const lines: Line[] = [
    { key: 'recipe', name: t('models.recipe'), values: compared.map(({ recipe }) => terms.name('recipes', recipe)) },
    ...keysOf(settings).map((name) => ({
      key: `settings.${name}`,
      name: terms.name('settings', name),
      values: settings.map((record) => (record[name] === undefined ? undefined : show(record[name]))),
    })),
    {
      key: 'duration',
      name: t('versions.duration'),
      values: durations.map((ms) => (ms === undefined ? undefined : format.duration(ms))),
    },
    { key: 'size', name: t('versions.size'), values: compared.map((version) => format.bytes(version.artifactBytes)) },
    ...metrics.map((metric) => {
      const values = compared.map(({ result }) => result.values[metric]);
      return {
        key: `metrics.${metric}`,
        name: terms.name('metrics', metric),
        values: values.map((value) => (value === undefined ? undefined : format.fixed(value, DIGITS))),
        best: placesOfBest(values, family?.metrics[metric]?.better),
      };
    }),
  ];
  const title = t('versions.comparison');
  return (
    <section className="border-t border-line" aria-label={title}>
      <h3 className="px-4 pt-3 font-semibold sm:px-5">{title}</h3>
      <p className="px-4 pb-2 text-muted sm:px-5">{t('versions.comparisonHint')}</p>
      <Table label={title}>
        <thead>
          <tr>
            <HeaderCell>
              <span className="sr-only">{t('versions.what')}</span>
            </HeaderCell>
            {compared.map(({ id }) => (
              <HeaderCell key={id} isNumber>
                {versionName(versions, id)}
              </HeaderCell>
            ))}
          </tr>
        </thead>
        <tbody>
          {lines.map((line) => (
            <ComparedLine key={line.key} line={line} ids={compared.map(({ id }) => id)} />
          ))}
        </tbody>
      </Table>
    </section>
  );
}

function ComparedLine({ line: { name, values, best }, ids }: { line: Line; ids: string[] }) {
  const { t } = useTranslation();
  const isDifferent = new Set(values).size > 1;
  return (
    <tr className={isDifferent ? undefined : 'text-muted'}>
      <Cell>
        {name} {isDifferent && <Badge tone="accent">{t('versions.differs')}</Badge>}
      </Cell>
      {values.map((value, place) => (
        <Cell
          key={ids[place]}
          isNumber
          className={classNames(isDifferent && best?.includes(place) && 'font-semibold text-success')}
        >
          {value ?? '—'}
        </Cell>
      ))}
    </tr>
  );
}

/** Those that a search found, or the model's own. */
function settingsOf(model: Model, search: Search | undefined): Record<string, unknown> {
  return search?.settings ?? model.settings;
}

function placesOfBest(values: (number | undefined)[], better: 'higher' | 'lower' | undefined): number[] {
  if (!better) return [];
  const known = values.filter((value) => value !== undefined);
  const best = better === 'lower' ? Math.min(...known) : Math.max(...known);
  return values.flatMap((value, place) => (value === best ? [place] : []));
}
