import type { ReactNode } from 'react';
import { Tabs as AriaTabs, Tab, TabList, TabPanel } from 'react-aria-components';

interface TabsProps {
  label: string;
  tabs: { key: string; label: string; content: ReactNode }[];
  /** With `onSelect`: where the address holds what is selected. */
  selected?: string;
  onSelect?: (key: string) => void;
}

/** The first tab is open until another is chosen. */
export function Tabs({ label, tabs, selected, onSelect }: TabsProps) {
  return (
    <AriaTabs
      keyboardActivation="automatic"
      {...(selected !== undefined && { selectedKey: selected })}
      onSelectionChange={(key) => onSelect?.(String(key))}
    >
      <TabList aria-label={label} className="flex flex-wrap gap-x-1 border-b border-line">
        {tabs.map((tab) => (
          <Tab
            key={tab.key}
            id={tab.key}
            className="-mb-px cursor-pointer border-b-2 border-transparent px-2 py-2 font-medium whitespace-nowrap text-muted hover:text-ink data-selected:border-accent data-selected:text-ink sm:px-3"
          >
            {tab.label}
          </Tab>
        ))}
      </TabList>
      {tabs.map((tab) => (
        <TabPanel key={tab.key} id={tab.key} className="pt-4">
          {tab.content}
        </TabPanel>
      ))}
    </AriaTabs>
  );
}
