import type { Image } from '../api/types';
import type { OpenProduct } from '../product/open_product';
import { largePicture } from '../product/picture_choice';
import { nameOf } from '../product/texts';
import { text } from '../text/text';
import { copy } from './copy';
import { Dialog } from './dialog';
import { Picture } from './picture';
import { SizesTable } from './sizes_table';

interface Props {
  open: OpenProduct;
  image: Image;
  onChange: (image: Image) => void;
  onClose: () => void;
}

/** Screen C: one picture large, its sizes, and what a web page needs of it. */
export function Lightbox({ open, image, onChange, onClose }: Props) {
  const images = open.gallery.shown.value;
  const at = images.findIndex((each) => each.id === image.id);
  const page = (by: number): void => {
    const next = images[at + by];
    if (next) onChange(next);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const forward = document.documentElement.dir === 'rtl' ? -1 : 1;
    if (event.key === 'ArrowRight') page(forward);
    else if (event.key === 'ArrowLeft') page(-forward);
    else return;
    event.preventDefault();
  };
  return (
    <Dialog
      class="lightbox"
      title={text('lightbox', { position: at + 1, total: images.length })}
      onClose={onClose}
      onKeyDown={onKeyDown}
    >
      <p class="small">
        <bdi>{image.file_name}</bdi>
      </p>
      <div class="stage">
        <button
          type="button"
          class="button quiet icon-back"
          aria-label={text('previous')}
          aria-disabled={at <= 0}
          onClick={() => page(-1)}
        />
        <div class="stage-frame">
          <Picture
            key={image.id}
            source={largePicture(image)}
            alt={nameOf(image)}
            name={image.file_name}
            width={image.width}
            height={image.height}
            colour={image.colour}
            thumbhash={image.thumbhash}
            eager
          />
        </div>
        <button
          type="button"
          class="button quiet icon-forward"
          aria-label={text('next')}
          aria-disabled={at >= images.length - 1}
          onClick={() => page(1)}
        />
      </div>
      <SizesTable key={image.id} image={image} />
      <div class="copies">
        <button type="button" class="button icon-copy" onClick={() => void copy(image.html)}>
          {text('copy_picture')}
        </button>
        <button
          type="button"
          class="button icon-copy"
          aria-disabled={image.srcset === null}
          onClick={() => void (image.srcset && copy(image.srcset))}
        >
          {text('copy_srcset')}
        </button>
        <a class="button icon-open" href={image.manifest} target="_blank" rel="noreferrer">
          {text('manifest')}
        </a>
      </div>
    </Dialog>
  );
}
