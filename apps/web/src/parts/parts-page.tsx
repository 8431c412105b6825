import { Boxes, Pencil, Trash2 } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { Badge, type Tone } from '../ui/badge';
import { Button } from '../ui/button';
import { Card } from '../ui/card';
import { BarChart } from '../ui/chart/bar-chart';
import { Chart } from '../ui/chart/chart';
import { LineChart } from '../ui/chart/line-chart';
import { Sparkline } from '../ui/chart/sparkline';
import { Combobox } from '../ui/combobox';
import { DataTable, type Sort } from '../ui/data-table';
import { DateRange } from '../ui/date-range';
import { Dialog, Drawer } from '../ui/dialog';
import { EmptyState } from '../ui/empty-state';
import { SelectField, TextAreaField, TextField } from '../ui/field';
import { Form } from '../ui/form';
import { IconButton } from '../ui/icon-button';
import { Menu, MenuItem } from '../ui/menu';
import { PageHeader } from '../ui/page-header';
import { Loading } from '../ui/query-view';
import type { Days } from '../ui/range-calendar';
import { RelativeTime } from '../ui/relative-time';
import { Tabs } from '../ui/tabs';
import { toast, Toasts } from '../ui/toasts';
import { MoreParts } from './more-parts';

const TONES: Tone[] = ['neutral', 'accent', 'success', 'warning', 'danger'];
const FRUIT = ['Apple', 'Banana', 'Cherry', 'Date'].map((name) => ({ id: name.toLowerCase(), name, hint: 'a fruit' }));
const ROWS = Array.from({ length: 500 }, (_, place) => ({ id: `row-${place}`, count: (place * 7919) % 1000 }));
const DAYS = Array.from({ length: 14 }, (_, place) => ({
  start: `2026-11-${place + 1}`,
  ok: place * 3,
  failed: place % 4,
}));
const TWO = [
  { key: 'ok', name: 'Answered', color: 'var(--accent)' },
  { key: 'failed', name: 'Failed', color: 'var(--danger)', dashes: '4 3' },
];
const RECENT = new Date(Date.now() - 200_000).toISOString();
const UNSORTED: Sort = { key: 'id', isDescending: false };

/** Every part of `ui` in every state, for who draws pages; in development alone. Its words are not translated. */
export function PartsPage() {
  const [open, setOpen] = useState<'dialog' | 'drawer' | null>(null);
  const [fruit, setFruit] = useState<string | null>(null);
  const [days, setDays] = useState<Days>();
  const [sort, setSort] = useState<Sort>(UNSORTED);
  const sorted = ROWS.toSorted((a, b) => (sort.key === 'count' ? a.count - b.count : 0) * (sort.isDescending ? -1 : 1));
  return (
    <main className="mx-auto max-w-[87.5rem] space-y-5 px-6 py-8">
      <PageHeader title="Parts" hint="What pages are drawn with" />
      <Part name="Buttons">
        {(['primary', 'secondary', 'danger', 'quiet'] as const).map((variant) => (
          <span key={variant} className="flex gap-2">
            <Button variant={variant}>{variant}</Button>
            <Button variant={variant} disabled>
              disabled
            </Button>
            <Button variant={variant} isBusy>
              busy
            </Button>
          </span>
        ))}
        <IconButton label="Edit" icon={Pencil} />
      </Part>
      <Part name="Badges">
        {TONES.map((tone) => (
          <Badge key={tone} tone={tone}>
            {tone}
          </Badge>
        ))}
      </Part>
      <Part name="Over the page">
        <Button onClick={() => setOpen('dialog')}>Dialog</Button>
        <Button onClick={() => setOpen('drawer')}>Drawer</Button>
        <Button onClick={() => toast('Saved')}>Toast</Button>
        <Menu label="Menu" trigger={<IconButton label="Menu" icon={Boxes} />} heading="Heading">
          <MenuItem icon={Pencil} onAction={() => toast('Renamed')}>
            Rename
          </MenuItem>
          <MenuItem icon={Trash2} isDanger onAction={() => toast('Deleted')}>
            Delete
          </MenuItem>
        </Menu>
        {open === 'dialog' && (
          <Dialog title="Dialog" onClose={() => setOpen(null)}>
            <TextField label="First field" name="first" />
          </Dialog>
        )}
        {open === 'drawer' && (
          <Drawer title="Drawer" onClose={() => setOpen(null)}>
            What a row holds
          </Drawer>
        )}
      </Part>
      <Card title="Fields">
        <Form onSubmit={() => toast('Sent')} actions={<Button type="submit">Send</Button>}>
          <TextField label="Required" name="required" required hint="Send it empty to see the error" />
          <TextField label="Number" name="number" type="number" min={3} defaultValue={1} />
          <SelectField label="Select" name="select">
            <option>One</option>
            <option>Two</option>
          </SelectField>
          <TextAreaField label="Text" name="text" disabled />
          <DateRange label="Days" value={days} min="2026-01-01" max="2026-12-31" onChange={setDays} />
          <Combobox label="Combobox" options={FRUIT} selected={fruit} onSelect={setFruit} empty="Nothing fits" />
        </Form>
      </Card>
      <Card title="Tabs">
        <Tabs
          label="Tabs"
          tabs={[
            { key: 'a', label: 'First', content: 'The first' },
            { key: 'b', label: 'Second', content: 'The second' },
          ]}
        />
      </Card>
      <div className="grid gap-5 lg:grid-cols-2">
        <Card title="Bars">
          <Chart
            title="Bars"
            label="Rises from 0 to 42"
            legend={TWO}
            head={['Day', 'Answered', 'Failed']}
            rows={DAYS.map(({ start, ok, failed }) => [start, ok, failed])}
            chart={<BarChart points={DAYS} series={TWO} formatTick={String} formatStart={String} onSelect={toast} />}
          />
        </Card>
        <Card title="Lines" actions={<Sparkline values={DAYS.map(({ ok }) => ok)} />}>
          <Chart
            title="Lines"
            label="Rises from 0 to 42"
            legend={TWO}
            head={['Day', 'Answered', 'Failed']}
            rows={DAYS.map(({ start, ok, failed }) => [start, ok, failed])}
            chart={
              <LineChart
                points={DAYS.map(({ start, ...values }) => ({ x: start, ...values }))}
                series={TWO}
                formatX={String}
                formatY={String}
              />
            }
          />
        </Card>
      </div>
      <Part name="States">
        <div className="w-full">
          <Loading />
          <EmptyState icon={Boxes} title="Nothing yet">
            Says how to fill it.
          </EmptyState>
          <RelativeTime time={RECENT} />
        </div>
      </Part>
      <Card title="Table of 500 rows" isFlush>
        <DataTable
          label="Rows"
          rows={sorted}
          keyOf={({ id }) => id}
          sort={sort}
          onSort={setSort}
          onOpen={({ id }) => toast(id)}
          columns={[
            { key: 'id', name: 'Id', isPinned: true, cell: ({ id }) => id },
            { key: 'state', name: 'State', cell: () => <Badge tone="success">ready</Badge> },
            {
              key: 'count',
              name: 'Count',
              isNumber: true,
              isSortable: true,
              isPinned: true,
              cell: ({ count }) => count,
            },
          ]}
        />
      </Card>
      <MoreParts />
      <Toasts />
    </main>
  );
}

function Part({ name, children }: { name: string; children: ReactNode }) {
  return (
    <Card title={name}>
      <div className="flex flex-wrap items-center gap-3">{children}</div>
    </Card>
  );
}
