import { LoaderCircle, Search } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from './button';

interface SearchFormProps {
  /** What may be searched for. */
  hint: string;
  search: string | undefined;
  isBusy: boolean;
  onSearch: (search: string) => void;
}

/** Searches a list. */
export function SearchForm({ hint, search, isBusy, onSearch }: SearchFormProps) {
  const { t } = useTranslation();
  const input = useRef<HTMLInputElement>(null);
  // What was typed and not searched for must not outlive a change of the address, and the focus stays.
  useEffect(() => {
    if (input.current) input.current.value = search ?? '';
  }, [search]);
  return (
    <search className="min-w-0 max-sm:w-full">
      <form
        className="flex gap-2"
        onSubmit={(event) => {
          event.preventDefault();
          onSearch(String(new FormData(event.currentTarget).get('search')));
        }}
      >
        <input
          ref={input}
          type="search"
          name="search"
          maxLength={200}
          defaultValue={search}
          aria-label={hint}
          placeholder={hint}
          className="h-9 w-64 min-w-0 rounded-md max-sm:flex-1 border border-line-strong bg-surface px-2.5 placeholder:text-muted"
        />
        {/* Never itself busy: the next search need not wait for what the page reads now. */}
        <Button type="submit" aria-busy={isBusy || undefined}>
          {isBusy ? <LoaderCircle aria-hidden className="animate-spin" /> : <Search aria-hidden />}
          {t('lists.search')}
        </Button>
      </form>
    </search>
  );
}
