import { CalendarDays } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { Dialog, DialogTrigger, Popover } from 'react-aria-components';
import { IconButton } from './icon-button';
import type { DateRangeProps, Days } from './range-calendar';

const RangeCalendar = lazy(() => import('./range-calendar'));

/** A button that opens a calendar, in which a range of days is chosen by two clicks or by keys. */
export function DateRange(props: DateRangeProps) {
  const [isOpen, setIsOpen] = useState(false);
  const choose = (days: Days) => {
    setIsOpen(false);
    props.onChange(days);
  };
  return (
    <DialogTrigger isOpen={isOpen} onOpenChange={setIsOpen}>
      <IconButton label={props.label} icon={CalendarDays} className="size-9 border border-line-strong/60 bg-surface" />
      <Popover className="rounded-lg border border-line bg-surface p-3 text-ink shadow-raised">
        <Dialog aria-label={props.label} className="min-h-80 min-w-63 outline-none">
          <Suspense>
            <RangeCalendar {...props} onChange={choose} />
          </Suspense>
        </Dialog>
      </Popover>
    </DialogTrigger>
  );
}
