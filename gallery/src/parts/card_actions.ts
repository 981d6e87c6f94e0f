import type { Image } from '../api/types';
import { deleteLater } from '../product/deletions';
import type { OpenProduct } from '../product/open_product';
import { may } from '../session/session';
import { text } from '../text/text';
import { errorText } from './failure';
import { chooseFile } from './file_button';
import type { MenuItem } from './menu';
import { tell } from './notices';

/** Actions that need a dialog of the screen. */
export interface Dialogs {
  moveTo: (image: Image) => void;
  takeDown: (image: Image) => void;
}

/** The entries of an image's menu: all that can be done without dragging. */
export function cardActions(open: OpenProduct, image: Image, dialogs: Dialogs): MenuItem[] {
  const { gallery } = open;
  const ids = gallery.shown.value.map((each) => each.id);
  const at = ids.indexOf(image.id);
  const last = ids.length - 1;
  const move = (label: string, icon: string, to: number, disabled: boolean): MenuItem => ({
    label,
    icon,
    disabled,
    action: () => moveImage(open, image, to),
  });
  const writing: MenuItem[] = [
    {
      label: text('make_main'),
      icon: 'star',
      disabled: image.thumbnail,
      action: () => void makeMain(open, image, at + 1),
    },
    { label: text('replace'), icon: 'replace', action: () => void replace(open, image) },
    { ...move(text('move_first'), 'first', 0, at === 0), group: true },
    move(text('move_earlier'), 'up', at - 1, at === 0),
    move(text('move_later'), 'down', at + 1, at === last),
    move(text('move_last'), 'last', last, at === last),
    {
      label: text('move_to'),
      icon: 'grip',
      disabled: last === 0,
      action: () => dialogs.moveTo(image),
    },
    {
      label: text('delete'),
      icon: 'delete',
      danger: true,
      group: true,
      action: () => deleteImage(open, image),
    },
  ];
  const takeDown: MenuItem = {
    label: text('take_down'),
    icon: 'alert',
    danger: true,
    action: () => dialogs.takeDown(image),
  };
  return [...(may('images:write') ? writing : []), ...(may('images:takedown') ? [takeDown] : [])];
}

/** Moves an image by menu: says the new position, and keeps the focus on its card. */
export function moveImage(open: OpenProduct, image: Image, to: number): void {
  const { gallery } = open;
  gallery.move(image.id, to);
  gallery.saver.schedule();
  const images = gallery.shown.peek();
  const position = images.findIndex((each) => each.id === image.id) + 1;
  tell(text('moved', { position, total: images.length }));
  focusCard(image.id);
}

async function makeMain(open: OpenProduct, image: Image, position: number): Promise<void> {
  const { gallery } = open;
  try {
    await gallery.patch(image.id, { thumbnail: true });
    tell(text('now_main', { position }));
  } catch (error) {
    tell(errorText(error));
  }
  await gallery.refresh();
}

async function replace(open: OpenProduct, image: Image): Promise<void> {
  const file = await chooseFile();
  if (file !== null) open.uploads.replace(image.id, file);
}

/** Deletes an image, with Undo. The focus goes to its neighbour's menu. */
function deleteImage(open: OpenProduct, image: Image): void {
  const { gallery } = open;
  const ids = gallery.shown.peek().map((each) => each.id);
  const at = ids.indexOf(image.id);
  deleteLater(gallery, image.id);
  const neighbour = ids[at + 1] ?? ids[at - 1];
  if (neighbour === undefined) {
    requestAnimationFrame(() => document.querySelector<HTMLElement>('h1')?.focus());
  } else focusCard(neighbour);
}

function focusCard(id: number): void {
  requestAnimationFrame(() => {
    document.querySelector<HTMLElement>(`[data-image="${id}"] .icon-more`)?.focus();
  });
}
