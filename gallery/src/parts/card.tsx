import { useLayoutEffect, useRef } from 'preact/hooks';
import type { Image } from '../api/types';
import { isLifted, onMoveKey } from '../product/keyboard_reorder';
import type { OpenProduct } from '../product/open_product';
import { cardPicture } from '../product/picture_choice';
import { nameOf } from '../product/texts';
import { may } from '../session/session';
import { text } from '../text/text';
import { AltField } from './alt_field';
import { copy } from './copy';
import { openMenu } from './menu';
import type { MenuItem } from './menu';
import { Picture } from './picture';
import { Replacing } from './replacing';

interface Props {
  open: OpenProduct;
  image: Image;
  /** From 1. */
  position: number;
  total: number;
  languages: readonly string[];
  /** Shows the picture large. */
  onView: (image: Image) => void;
  /** The entries of the card's menu. */
  actions: (image: Image) => MenuItem[];
}

/** One image: picture, place, texts and actions, in at most 25 elements. */
export function Card({ open, image, position, total, languages, onView, actions }: Props) {
  const { gallery } = open;
  const name = nameOf(image);
  const writes = may('images:write');
  const handle = useRef<HTMLButtonElement>(null);
  const lifted = isLifted(image.id);
  const preview = open.previews.value.get(image.id);
  const replacement = open.uploads.files.value.find((each) => each.replaces === image.id);

  // Moving the element in the list takes the focus away from it.
  useLayoutEffect(() => {
    if (lifted && document.activeElement !== handle.current) handle.current?.focus();
  }, [lifted, position]);

  return (
    <li class={lifted ? 'card lifted' : 'card'} data-image={image.id}>
      <div class="frame">
        <Picture
          source={preview ? { src: preview, srcset: '' } : cardPicture(image)}
          alt=""
          name={image.file_name}
          width={image.width}
          height={image.height}
          colour={image.colour}
          thumbhash={image.thumbhash}
        />
        <button
          type="button"
          class="view"
          aria-label={text('show_image', { position, name })}
          onClick={() => onView(image)}
        />
        {writes ? (
          <button
            ref={handle}
            type="button"
            class="handle icon-grip"
            aria-label={text('move_image', { position, total, name })}
            aria-describedby="move-help"
            aria-pressed={lifted}
            onKeyDown={(event) => onMoveKey(event, gallery, image.id, name)}
          >
            {position}
          </button>
        ) : (
          <span class="handle">{position}</span>
        )}
        {image.thumbnail && <span class="badge icon-star">{text('main')}</span>}
        {image.hidden && <span class="badge low">{text('hidden')}</span>}
        {image.state === 'pending' && <span class="making">{text('making_sizes')}</span>}
        {replacement && <Replacing upload={replacement} />}
      </div>
      {languages.map((language) => (
        <AltField
          key={language}
          open={open}
          image={image}
          position={position}
          language={language}
        />
      ))}
      <div class="actions">
        <button
          type="button"
          class="button quiet icon-copy"
          aria-label={text('copy_url_of', { position, name })}
          onClick={() => void copy(image.url)}
        >
          {text('copy_url')}
        </button>
        <button
          type="button"
          class="button quiet icon-more"
          aria-haspopup="menu"
          aria-label={text('more_actions', { position, name })}
          onClick={({ currentTarget }) =>
            openMenu(currentTarget, text('more_actions', { position, name }), actions(image))
          }
        />
      </div>
    </li>
  );
}
