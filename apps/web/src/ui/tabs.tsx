import { type KeyboardEvent, type ReactNode, useId, useState } from 'react';
import { classNames } from './class-names';

interface TabsProps {
  label: string;
  tabs: { key: string; label: string; content: ReactNode }[];
}

/** Tabs as the ARIA pattern describes: arrow keys move between them, Tab moves into the panel. */
export function Tabs({ label, tabs }: TabsProps) {
  const id = useId();
  const [selectedKey, setSelectedKey] = useState(tabs[0]?.key);
  const selected = tabs.find(({ key }) => key === selectedKey);
  const move = (event: KeyboardEvent<HTMLButtonElement>) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const next = tabs.at((tabs.findIndex(({ key }) => key === selectedKey) + step) % tabs.length)!;
    setSelectedKey(next.key);
    document.getElementById(`${id}-${next.key}`)?.focus();
  };
  return (
    <div>
      <div role="tablist" aria-label={label} className="flex flex-wrap gap-x-1 border-b border-line">
        {tabs.map((tab) => (
          <button
            key={tab.key}
            id={`${id}-${tab.key}`}
            type="button"
            role="tab"
            aria-selected={tab.key === selectedKey}
            aria-controls={`${id}-panel`}
            tabIndex={tab.key === selectedKey ? 0 : -1}
            onClick={() => setSelectedKey(tab.key)}
            onKeyDown={move}
            className={classNames(
              '-mb-px border-b-2 px-2 py-2 font-medium whitespace-nowrap sm:px-3',
              tab.key === selectedKey ? 'border-accent text-ink' : 'border-transparent text-muted hover:text-ink',
            )}
          >
            {tab.label}
          </button>
        ))}
      </div>
      <div id={`${id}-panel`} role="tabpanel" aria-labelledby={`${id}-${selectedKey}`} className="pt-4">
        {selected?.content}
      </div>
    </div>
  );
}
