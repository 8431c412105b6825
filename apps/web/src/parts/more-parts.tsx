import { useState } from 'react';
import type { Preview } from '../api/client';
import { ProblemError } from '../api/problem';
import { PreviewTable } from '../dashboard/data-sets/preview/preview-table';
import type { Kind } from '../dashboard/models/families.queries';
import { Card } from '../ui/card';
import { DotPlot, type DotSeries } from '../ui/chart/dot-plot';
import { ShareChart } from '../ui/chart/share-chart';
import { Choice } from '../ui/choice';
import { CodeBlock } from '../ui/code-block';
import { FactList } from '../ui/fact-list';
import { CheckboxField } from '../ui/field';
import { Figures } from '../ui/figures';
import { ManageActions } from '../ui/manage-actions';
import { Notice } from '../ui/notice';
import { ProblemNotice } from '../ui/problem-notice';
import { ProgressBar } from '../ui/progress-bar';
import { QueryView } from '../ui/query-view';
import { StatusBadge } from '../ui/status-badge';

const SERIES: DotSeries[] = [
  { key: 'model', name: 'Model', mark: 'main' },
  { key: 'popular', name: 'Popular', mark: 'other' },
  { key: 'earlier', name: 'Version 1', mark: 'third' },
  { key: 'random', name: 'Random', mark: 'fourth' },
];
const METRICS = [
  { key: 'recall', name: 'Recall', values: { model: 0.42, popular: 0.3, earlier: 0.4, random: 0.02 } },
  { key: 'ndcg', name: 'NDCG', values: { model: 0.31, popular: 0.24 } },
];
const SHARES = Array.from({ length: 11 }, (_, place) => ({ x: place / 10, y: 1 - place / 40 }));
const PROBLEM = new ProblemError(409, 'in_use', 'It is in use. Delete what uses it first.', crypto.randomUUID(), []);
const refetch = () => Promise.resolve();

const column = (name: string, type: Kind['columns'][number]['type'], required: boolean) => ({
  name,
  type,
  required,
  spellings: [name],
  guesses: [],
  values: null,
  meaning: '',
});
const KIND: Kind = {
  key: 'interactions',
  columns: [column('user_id', 'id', true), column('item_id', 'id', true), column('value', 'number', false)],
  summary: '',
  others: 'ignored',
  statistics: {},
};
const head = (header: string, held: string | null, type: Preview['columns'][number]['type']) => ({
  header,
  column: held,
  foundBy: held === null ? null : ('guess' as const),
  type,
  attribute: null,
});
const FOUND: Preview = {
  kind: 'interactions',
  problem: null,
  unseen: null,
  isWhole: true,
  format: 'CSV',
  compression: null,
  encoding: 'utf-8',
  delimiter: ',',
  decimal: null,
  dates: null,
  rows: 3,
  rowsAccepted: 1,
  rowsRejected: 2,
  missing: [],
  columnMapping: {},
  columns: [
    head('customer', 'user_id', 'id'),
    head('sku', 'item_id', 'id'),
    head('stars', 'value', 'number'),
    head('colour', null, 'category'),
  ],
  data: [
    { row: 2, cells: ['anna', 'teapot', '5', 'blue'], problems: [] },
    {
      row: 3,
      cells: [null, 'cup', 'many', 'red'],
      problems: [
        { header: 'customer', message: 'user_id is empty' },
        { header: 'stars', message: '"many" is not a finite number' },
      ],
    },
    {
      row: 4,
      cells: ['ben', 'bowl'],
      problems: [{ header: null, message: 'the row has fewer fields than the header, which has 4' }],
    },
  ],
};

/** The parts of {@link PartsPage} that show figures, files and what went wrong. */
export function MoreParts() {
  const [choice, setChoice] = useState<'cards' | 'json'>('cards');
  const [mapping, setMapping] = useState<Record<string, string>>({
    user_id: 'customer',
    item_id: 'sku',
    value: 'stars',
  });
  const columnOf = ({ header }: { header: string }) =>
    Object.keys(mapping).find((name) => mapping[name] === header) ?? null;
  return (
    <>
      <Card title="Dot plot">
        <DotPlot
          title="Metric"
          label="The model is ahead in both"
          series={SERIES}
          rows={METRICS}
          format={(value) => value.toFixed(2)}
        />
      </Card>
      <div className="grid gap-5 lg:grid-cols-2">
        <Card title="Figures and facts">
          <div className="space-y-5">
            <Figures
              figures={[
                { value: '1 in 2', text: 'users find something' },
                { value: '27%', text: 'better than popular' },
                { value: '—', text: 'not known yet' },
              ]}
            />
            <FactList facts={['Rows', 'Users', 'Items', 'Time left'].map((name) => ({ name, value: name.length }))} />
          </div>
        </Card>
        <Card title="Shares">
          <div className="h-56">
            <ShareChart points={SHARES} xName="Answered" yName="Right" isShareX marked={SHARES[6]} />
          </div>
        </Card>
      </div>
      <Card title="Preview of a file">
        <PreviewTable
          found={{ ...FOUND, columns: FOUND.columns.map((each) => ({ ...each, column: columnOf(each) })) }}
          kind={KIND}
          isStale={false}
          onColumns={setMapping}
        />
      </Card>
      <Card title="Notices">
        <div className="space-y-3">
          {(['info', 'success', 'warning', 'danger'] as const).map((tone) => (
            <Notice key={tone} tone={tone}>
              {tone}
            </Notice>
          ))}
          <ProblemNotice error={PROBLEM} />
          <ProblemNotice error={new Error('never shown')} onRetry={() => undefined} />
          <QueryView query={{ data: undefined, isError: true, error: PROBLEM, refetch }}>{() => null}</QueryView>
        </div>
      </Card>
      <Card
        title="Work and choices"
        actions={
          <div className="flex gap-2">
            <ManageActions name="Thing" onRename={refetch} onDelete={refetch} deleteText="Deletes it." />
          </div>
        }
      >
        <div className="space-y-3">
          <div className="flex flex-wrap gap-2">
            {(['queued', 'running', 'succeeded', 'failed', 'cancelled'] as const).map((status) => (
              <StatusBadge key={status} status={status} />
            ))}
          </div>
          {(['accent', 'neutral', 'warning', 'danger'] as const).map((tone, place) => (
            <ProgressBar key={tone} label={tone} share={(place + 1) / 5} tone={tone} />
          ))}
          <ProgressBar label="Unknown" share={null} />
          <Choice
            label="View"
            options={[
              { value: 'cards', label: 'Cards' },
              { value: 'json', label: 'JSON' },
            ]}
            value={choice}
            onChange={setChoice}
          />
          <CheckboxField label="Box" name="box" hint="With a hint" />
          <CodeBlock label="Code" code="curl https://shop.example" />
        </div>
      </Card>
    </>
  );
}
