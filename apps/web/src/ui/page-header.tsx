import { createContext, type ReactNode, use } from 'react';

/** The name of the project whose page it is, for the browser's tab. */
export const PageOf = createContext<string | undefined>(undefined);

interface PageHeaderProps {
  title: string;
  hint?: ReactNode;
  actions?: ReactNode;
}

/** The heading of a page, which also names the browser's tab. */
export function PageHeader({ title, hint, actions }: PageHeaderProps) {
  const project = use(PageOf);
  return (
    <div className="mb-5 flex flex-wrap items-start justify-between gap-x-4 gap-y-3">
      <title>{[title, project, 'Kindred'].filter(Boolean).join(' · ')}</title>
      <div className="min-w-0">
        <h1 className="text-xl font-semibold tracking-tight break-words">{title}</h1>
        {hint && <div className="mt-0.5 text-muted">{hint}</div>}
      </div>
      {actions && <div className="flex flex-wrap gap-2">{actions}</div>}
    </div>
  );
}
