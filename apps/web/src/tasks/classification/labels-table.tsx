import { ArrowDown, ArrowUp } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../i18n/use-format';
import { TextField } from '../../ui/field';
import { Cell, HeaderCell, Table } from '../../ui/table';
import type { LabelQuality } from './report';
import { ShowMore, useShown } from './show-more';
import { usePercent } from './use-percent';

/** With fewer labels than this there is nothing to search for. */
const SEARCHED_FROM = 20;

type SortKey = 'support' | 'f1';

interface Order {
  key: SortKey;
  isRising: boolean;
}

/** How well each label is found. */
export function LabelsTable({ labels }: { labels: LabelQuality[] }) {
  const { t } = useTranslation();
  const [search, setSearch] = useState('');
  const [order, setOrder] = useState<Order>({ key: 'support', isRising: false });
  const sorted = sortLabels(labels, order).filter(({ label }) => label.toLowerCase().includes(search.toLowerCase()));
  const { shown, ...more } = useShown(sorted);
  const hasThresholds = labels.some(({ threshold }) => threshold !== null);
  return (
    <div className="space-y-3">
      <p className="text-muted">{t('tasks.classification.labelsHint', { count: labels.length })}</p>
      {labels.length >= SEARCHED_FROM && (
        <div className="max-w-xs">
          <TextField
            label={t('tasks.classification.searchLabels')}
            name="search"
            type="search"
            value={search}
            onChange={(event) => setSearch(event.target.value)}
          />
        </div>
      )}
      <Table label={t('tasks.classification.labels')}>
        <thead>
          <tr>
            <HeaderCell>{t('tasks.classification.label')}</HeaderCell>
            <HeaderCell isNumber>{t('tasks.classification.precision')}</HeaderCell>
            <HeaderCell isNumber>{t('tasks.classification.recall')}</HeaderCell>
            <SortHeader sortKey="f1" order={order} onOrder={setOrder} />
            <SortHeader sortKey="support" order={order} onOrder={setOrder} />
            {hasThresholds && <HeaderCell isNumber>{t('tasks.classification.threshold')}</HeaderCell>}
          </tr>
        </thead>
        <tbody>
          {shown.map((label) => (
            <LabelRow key={label.label} quality={label} hasThresholds={hasThresholds} />
          ))}
        </tbody>
      </Table>
      <ShowMore {...more} />
    </div>
  );
}

function sortLabels(labels: LabelQuality[], { key, isRising }: Order): LabelQuality[] {
  const sign = isRising ? 1 : -1;
  return labels.toSorted((a, b) => sign * (a[key] - b[key]) || b.support - a.support);
}

interface SortHeaderProps {
  sortKey: SortKey;
  order: Order;
  onOrder: (order: Order) => void;
}

/** Sorts from the worst F1 or the largest support; a second press turns it round. */
function SortHeader({ sortKey, order, onOrder }: SortHeaderProps) {
  const { t } = useTranslation();
  const isSorted = order.key === sortKey;
  const isRising = isSorted ? !order.isRising : sortKey === 'f1';
  const Icon = order.isRising ? ArrowUp : ArrowDown;
  return (
    <HeaderCell isNumber aria-sort={isSorted ? (order.isRising ? 'ascending' : 'descending') : undefined}>
      <button
        type="button"
        onClick={() => onOrder({ key: sortKey, isRising })}
        className="inline-flex min-h-6 items-center gap-1 font-medium hover:text-ink"
      >
        {isSorted && <Icon aria-hidden className="size-3" />}
        {t(`tasks.classification.${sortKey}`)}
      </button>
    </HeaderCell>
  );
}

function LabelRow({ quality, hasThresholds }: { quality: LabelQuality; hasThresholds: boolean }) {
  const format = useFormat();
  const percent = usePercent();
  const share = (value: number | null) => (value === null ? '—' : percent(value));
  const { label, precision, recall, f1, support, threshold } = quality;
  return (
    <tr>
      <Cell className="min-w-28 wrap-anywhere">
        <bdi>{label}</bdi>
      </Cell>
      <Cell isNumber>{share(precision)}</Cell>
      <Cell isNumber>{share(recall)}</Cell>
      <Cell isNumber>{support === 0 ? '—' : percent(f1)}</Cell>
      <Cell isNumber>{format.number(support)}</Cell>
      {hasThresholds && <Cell isNumber>{threshold === null ? '—' : format.fixed(threshold, 2)}</Cell>}
    </tr>
  );
}
