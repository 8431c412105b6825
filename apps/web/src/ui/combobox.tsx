import { ChevronDown } from 'lucide-react';
import type { ReactNode } from 'react';
import { Button, ComboBox, Input, Label, ListBox, ListBoxItem, Popover } from 'react-aria-components';

export interface Option {
  id: string;
  name: string;
  /** A second line, such as an id. */
  hint?: string;
}

interface ComboboxProps {
  label: string;
  options: Option[];
  selected: string | null;
  onSelect: (id: string | null) => void;
  /** Shown where nothing that is offered fits. */
  empty?: ReactNode;
}

/** A field that offers what begins as one types. */
export function Combobox({ label, options, selected, onSelect, empty }: ComboboxProps) {
  return (
    <ComboBox
      defaultItems={options}
      selectedKey={selected}
      onSelectionChange={(key) => onSelect(key === null ? null : String(key))}
      allowsEmptyCollection={Boolean(empty)}
      menuTrigger="focus"
    >
      <Label className="mb-1 block font-medium">{label}</Label>
      <div className="flex h-9 w-full items-center rounded-md border border-line-strong bg-surface focus-within:outline-2 focus-within:outline-offset-2 focus-within:outline-accent">
        <Input className="h-full min-w-0 flex-1 bg-transparent px-2.5 text-ink outline-none placeholder:text-muted" />
        <Button className="grid size-8 place-items-center text-muted">
          <ChevronDown aria-hidden className="size-4" />
        </Button>
      </div>
      <Popover className="w-(--trigger-width) rounded-lg border border-line bg-surface p-1 text-ink shadow-raised">
        <ListBox<Option>
          className="max-h-72 overflow-y-auto outline-none"
          renderEmptyState={() => <p className="px-2.5 py-2 text-muted">{empty}</p>}
        >
          {({ id, name, hint }) => (
            <ListBoxItem
              id={id}
              textValue={name}
              className="min-h-8 cursor-pointer rounded-md px-2.5 py-1.5 outline-none data-focused:bg-sunken data-selected:font-semibold data-selected:text-accent"
            >
              {name}
              {hint && <span className="block text-xs font-normal text-muted">{hint}</span>}
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </ComboBox>
  );
}
