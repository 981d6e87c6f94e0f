import type { ComponentChildren } from 'preact';
import { text } from '../text/text';
import { Dialog } from './dialog';

interface Props {
  title: string;
  /** The name of the button that submits the form. */
  action: string;
  onSubmit: () => void;
  onClose: () => void;
  /** The fields of the form. */
  children: ComponentChildren;
}

/** A dialog with a form. It closes before the form is submitted. */
export function FormDialog({ title, action, onSubmit, onClose, children }: Props) {
  return (
    <Dialog title={title} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          onClose();
          onSubmit();
        }}
      >
        {children}
        <div class="dialog-tools">
          <button class="button primary">{action}</button>
          <button type="button" class="button" onClick={onClose}>
            {text('cancel')}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
