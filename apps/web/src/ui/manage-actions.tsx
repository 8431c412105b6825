import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from './button';
import { TextField } from './field';
import { FormDialog } from './form-dialog';

interface ManageActionsProps {
  name: string;
  /** Absent where the name cannot be changed. */
  onRename?: (name: string) => Promise<unknown>;
  onDelete: () => Promise<unknown>;
  /** Says what is deleted along with it. */
  deleteText: string;
}

/** The two buttons of whatever has a name: give it another one, or delete it. */
export function ManageActions({ name, onRename, onDelete, deleteText }: ManageActionsProps) {
  const { t } = useTranslation();
  const [open, setOpen] = useState<'rename' | 'delete' | null>(null);
  const close = () => setOpen(null);
  return (
    <>
      {onRename && <Button onClick={() => setOpen('rename')}>{t('manage.rename')}</Button>}
      <Button onClick={() => setOpen('delete')}>{t('ui.delete')}</Button>
      {open === 'rename' && onRename && <RenameDialog name={name} onRename={onRename} onClose={close} />}
      {open === 'delete' && <DeleteDialog name={name} text={deleteText} onDelete={onDelete} onClose={close} />}
    </>
  );
}

interface RenameDialogProps {
  name: string;
  onRename: (name: string) => Promise<unknown>;
  onClose: () => void;
}

function RenameDialog({ name, onRename, onClose }: RenameDialogProps) {
  const { t } = useTranslation();
  const rename = useMutation({ mutationFn: onRename, onSuccess: onClose });
  return (
    <FormDialog
      title={t('manage.renameTitle', { name })}
      submitLabel={t('manage.rename')}
      onSubmit={(values) => rename.mutate(String(values.get('name')))}
      onClose={onClose}
      isBusy={rename.isPending}
      error={rename.error}
    >
      <TextField label={t('ui.name')} name="name" defaultValue={name} maxLength={120} required autoComplete="off" />
    </FormDialog>
  );
}

interface DeleteDialogProps {
  name: string;
  text: string;
  onDelete: () => Promise<unknown>;
  onClose: () => void;
  submitLabel?: string;
}

/** Deleting cannot be undone, so the name has to be typed. */
export function DeleteDialog({ name, text, onDelete, onClose, submitLabel }: DeleteDialogProps) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState('');
  const remove = useMutation({ mutationFn: onDelete, onSuccess: onClose });
  return (
    <FormDialog
      title={t('manage.deleteTitle', { name })}
      submitLabel={submitLabel ?? t('ui.delete')}
      onSubmit={() => remove.mutate()}
      onClose={onClose}
      isBusy={remove.isPending}
      isDanger
      isDisabled={typed.trim() !== name}
      error={remove.error}
    >
      <p>{text}</p>
      <TextField
        label={t('manage.confirm', { name })}
        name="confirmation"
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
        autoComplete="off"
      />
    </FormDialog>
  );
}
