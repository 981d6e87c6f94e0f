import { useState } from 'preact/hooks';
import type { Image } from '../api/types';
import type { ProductGallery } from '../product/product_gallery';
import { text } from '../text/text';
import { FormDialog } from './form_dialog';

interface Props {
  gallery: ProductGallery;
  image: Image;
  onMove: (to: number) => void;
  onClose: () => void;
}

/** Asks for the position to which an image moves. */
export function MoveDialog({ gallery, image, onMove, onClose }: Props) {
  const images = gallery.shown.value;
  const at = images.findIndex((each) => each.id === image.id) + 1;
  const [value, setValue] = useState(String(at));
  const total = images.length;
  return (
    <FormDialog
      title={text('move_to').replace('…', '')}
      action={text('move')}
      onSubmit={() => onMove(Number(value) - 1)}
      onClose={onClose}
    >
      <label for="position">{text('position_label', { total })}</label>
      <input
        id="position"
        type="number"
        min={1}
        max={total}
        required
        autoFocus
        value={value}
        onInput={({ currentTarget }) => setValue(currentTarget.value)}
      />
    </FormDialog>
  );
}
