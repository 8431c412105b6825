import { parseDate } from '@internationalized/date';
import { ChevronLeft, ChevronRight } from 'lucide-react';
import { useEffect, useRef } from 'react';
import {
  Button,
  CalendarCell,
  CalendarGrid,
  CalendarGridBody,
  CalendarGridHeader,
  CalendarHeaderCell,
  Heading,
  RangeCalendar as AriaRangeCalendar,
} from 'react-aria-components';

/** Two days such as "2026-11-29", both of them included. */
export interface Days {
  first: string;
  last: string;
}

export interface DateRangeProps {
  label: string;
  value: Days | undefined;
  /** The earliest and the latest day to choose. */
  min: string;
  max: string;
  onChange: (days: Days) => void;
}

const ARROW = 'grid size-8 place-items-center rounded-md text-muted hover:bg-sunken data-disabled:opacity-40';

/** A month in which the first and the last day are chosen. The default export is for `lazy`. */
export default function RangeCalendar({ label, value, min, max, onChange }: DateRangeProps) {
  const ref = useRef<HTMLDivElement>(null);
  useEffect(() => ref.current?.querySelector<HTMLElement>('td [tabindex="0"]')?.focus(), []);
  return (
    <AriaRangeCalendar
      ref={ref}
      aria-label={label}
      defaultValue={value ? { start: parseDate(value.first), end: parseDate(value.last) } : null}
      defaultFocusedValue={parseDate(value?.last ?? max)}
      minValue={parseDate(min)}
      maxValue={parseDate(max)}
      onChange={({ start, end }) => onChange({ first: start.toString(), last: end.toString() })}
    >
      <div className="flex items-center justify-between pb-2">
        <Button slot="previous" className={ARROW}>
          <ChevronLeft aria-hidden className="size-4" />
        </Button>
        <Heading className="font-semibold" />
        <Button slot="next" className={ARROW}>
          <ChevronRight aria-hidden className="size-4" />
        </Button>
      </div>
      <CalendarGrid className="tabular-nums">
        <CalendarGridHeader>
          {(day) => <CalendarHeaderCell className="size-9 text-xs font-normal text-muted">{day}</CalendarHeaderCell>}
        </CalendarGridHeader>
        <CalendarGridBody>
          {(date) => (
            <CalendarCell
              date={date}
              className="grid size-9 cursor-pointer place-items-center hover:bg-sunken data-disabled:cursor-default data-disabled:text-muted/60 data-outside-month:hidden data-selected:bg-accent-soft data-selection-end:rounded-r-md data-selection-end:bg-accent data-selection-end:text-accent-ink data-selection-start:rounded-l-md data-selection-start:bg-accent data-selection-start:text-accent-ink"
            />
          )}
        </CalendarGridBody>
      </CalendarGrid>
    </AriaRangeCalendar>
  );
}
