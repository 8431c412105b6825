import { useQueries, useQuery } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import {
  Boxes,
  Building2,
  CircleUser,
  FolderOpen,
  type LucideIcon,
  Rocket,
  ScrollText,
  Search,
  Table2,
} from 'lucide-react';
import { useEffect, useState } from 'react';
import {
  Autocomplete,
  Button,
  Dialog,
  Input,
  Menu,
  MenuItem,
  Modal,
  ModalOverlay,
  SearchField,
  useFilter,
} from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { useAccountPages } from '../dashboard/account/account-layout';
import { useMe } from '../dashboard/auth/auth.queries';
import { dataSetsQuery } from '../dashboard/data-sets/data-sets.queries';
import { deploymentsQuery } from '../dashboard/deployments/deployments.queries';
import { modelsQuery } from '../dashboard/models/models.queries';
import { useOrganizationPages } from '../dashboard/organization/organization-frame';
import { projectsQuery } from '../dashboard/projects/projects.queries';
import { useNavigation } from './navigation';

/** In as many something is looked for by its name, so that a search is no flood of calls. */
const PROJECTS_SEARCHED = 20;

/** As the API makes them, in whole or from the beginning of one. */
const REQUEST_ID = /^[0-9a-f]{8}-[0-9a-f-]{4,27}$/i;

interface Command {
  id: string;
  name: string;
  /** What it is, next to its name. */
  hint: string;
  /** By which it is found too. */
  words?: string;
  icon: LucideIcon;
  go: () => void;
}

/** Finds a page, or a thing by its name, from anywhere: Ctrl or Cmd with K. */
export function CommandPalette() {
  const { t } = useTranslation();
  const [isOpen, setIsOpen] = useState(false);
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== 'k' || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      setIsOpen(true);
    };
    document.addEventListener('keydown', listen);
    return () => document.removeEventListener('keydown', listen);
  }, []);
  return (
    <>
      <Button
        aria-label={t('shell.find')}
        onPress={() => setIsOpen(true)}
        className="flex h-8 items-center gap-2 rounded-md px-2 text-muted hover:bg-sunken hover:text-ink sm:border sm:border-line-strong/60 sm:px-2.5"
      >
        <Search aria-hidden className="size-4" />
        <span className="max-sm:hidden">{t('shell.find')}</span>
        <kbd className="text-xs max-md:hidden">Ctrl K</kbd>
      </Button>
      <ModalOverlay
        isOpen={isOpen}
        onOpenChange={setIsOpen}
        isDismissable
        className="fixed inset-0 z-30 h-dvh bg-shade p-4 pt-[12vh]"
      >
        <Modal className="mx-auto max-w-xl rounded-xl border border-line bg-surface text-ink shadow-raised">
          <Dialog aria-label={t('shell.find')} className="outline-none">
            <Finder onDone={() => setIsOpen(false)} />
          </Dialog>
        </Modal>
      </ModalOverlay>
    </>
  );
}

function Finder({ onDone }: { onDone: () => void }) {
  const { t } = useTranslation();
  const { contains } = useFilter({ sensitivity: 'base' });
  const [text, setText] = useState('');
  const commands = useCommands(text);
  return (
    <Autocomplete filter={contains} inputValue={text} onInputChange={setText}>
      <SearchField
        // oxlint-disable-next-line jsx-a11y/no-autofocus -- it was opened to type into
        autoFocus
        aria-label={t('shell.find')}
        className="flex items-center gap-2.5 border-b border-line px-4"
      >
        <Search aria-hidden className="size-4 shrink-0 text-muted" />
        <Input
          placeholder={t('shell.findHint')}
          className="h-12 min-w-0 flex-1 bg-transparent outline-none placeholder:text-muted"
        />
      </SearchField>
      <Menu
        aria-label={t('shell.found')}
        items={commands}
        dependencies={[commands]}
        className="max-h-[50vh] overflow-y-auto p-1.5 outline-none"
        renderEmptyState={() => <p className="px-2.5 py-6 text-center text-muted">{t('shell.foundNothing')}</p>}
      >
        {({ id, name, hint, words = '', icon: Icon, go }) => (
          <MenuItem
            id={id}
            textValue={`${name} ${hint} ${words}`}
            onAction={() => {
              onDone();
              go();
            }}
            className="flex min-h-9 cursor-pointer items-center gap-2.5 rounded-md px-2.5 outline-none data-focused:bg-sunken"
          >
            <Icon aria-hidden className="size-4 shrink-0 text-muted" />
            <span className="min-w-0 flex-1 truncate">{name}</span>
            <span className="max-w-1/2 truncate text-xs text-muted">{hint}</span>
          </MenuItem>
        )}
      </Menu>
    </Autocomplete>
  );
}

const all = <T,>(results: { data: T[] | undefined }[]): T[] => results.flatMap(({ data = [] }) => data);

/** What can be gone to, and the call of a request id where one is typed. */
function useCommands(text: string): Command[] {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { can } = useMe();
  const { projectId = '' } = useParams({ strict: false });
  const { project, organization, operator } = useNavigation();
  const organizationPages = useOrganizationPages();
  const accountPages = useAccountPages();
  const { data: projects = [] } = useQuery({ ...projectsQuery, enabled: can('project:read') });
  // Each has lists of its own, asked for once something is looked for in them; the one that is open first.
  const searched = projects.toSorted((a, b) => Number(b.id === projectId) - Number(a.id === projectId));
  const enabled = text.trim() !== '';
  const ids = searched.slice(0, PROJECTS_SEARCHED).map(({ id }) => id);
  const dataSets = useQueries({ queries: ids.map((id) => ({ ...dataSetsQuery(id), enabled })), combine: all });
  const models = useQueries({ queries: ids.map((id) => ({ ...modelsQuery(id), enabled })), combine: all });
  const deployments = useQueries({ queries: ids.map((id) => ({ ...deploymentsQuery(id), enabled })), combine: all });
  const requestId = text.trim();
  const hintOf = (kind: string, id: string) =>
    id === projectId ? kind : [kind, projects.find((each) => each.id === id)?.name].join(' · ');
  const things: Command[] = [
    ...dataSets.map(({ id, name, projectId: of }) => ({
      id,
      name,
      hint: hintOf(t('dataSets.title'), of),
      icon: Table2,
      go: () =>
        void navigate({ to: '/projects/$projectId/data-sets/$dataSetId', params: { projectId: of, dataSetId: id } }),
    })),
    ...models.map(({ id, name, projectId: of }) => ({
      id,
      name,
      hint: hintOf(t('models.title'), of),
      icon: Boxes,
      go: () => void navigate({ to: '/projects/$projectId/models/$modelId', params: { projectId: of, modelId: id } }),
    })),
    ...deployments.map(({ id, name, projectId: of }) => ({
      id,
      name,
      hint: hintOf(t('deployments.title'), of),
      icon: Rocket,
      go: () =>
        void navigate({
          to: '/projects/$projectId/deployments/$deploymentId',
          params: { projectId: of, deploymentId: id },
        }),
    })),
    ...projects.map(({ id, name }) => ({
      id,
      name,
      hint: t('projects.title'),
      icon: FolderOpen,
      go: () => void navigate({ to: '/projects/$projectId', params: { projectId: id } }),
    })),
  ];
  const pages: Command[] = [
    ...[...project, ...organization, ...operator].map((page) => ({ ...page, hint: t('shell.page') })),
    // The first of them is in the sidebar.
    ...organizationPages.slice(1).map((page) => ({ ...page, hint: t('organization.title'), icon: Building2 })),
    ...accountPages.map((page) => ({ ...page, hint: t('account.title'), icon: CircleUser })),
  ].map(({ to, name, hint, icon }) => ({
    id: to,
    name,
    hint,
    words: t(`searchWords.${to as '/billing'}`, { defaultValue: '' }),
    icon,
    go: () => void navigate({ to, params: { projectId } }),
  }));
  const calls: Command[] =
    REQUEST_ID.test(requestId) && can('usage:read')
      ? [
          {
            id: 'request',
            name: requestId,
            hint: t('requestLog.requestId'),
            icon: ScrollText,
            go: () => void navigate({ to: '/request-log', search: { requestId } }),
          },
        ]
      : [];
  return [...calls, ...pages, ...things];
}
