import { AutoScroll, Sortable } from 'sortablejs/modular/sortable.core.esm.js';

let mounted = false;

/**
 * Lets pointers drag cards by their handles. Keyboards have their own way (`keyboard_reorder`).
 *
 * @param list the list of cards.
 * @param placeOf the place that a card has in the rendered list, from 0; -1 if it is gone.
 * @param dropped called with a card and its new place. Other cards may have come or gone meanwhile.
 * @returns a function that ends it.
 */
export function allowDragging(
  list: HTMLElement,
  placeOf: (card: HTMLElement) => number,
  dropped: (card: HTMLElement, to: number) => void,
): () => void {
  if (!mounted) Sortable.mount(new AutoScroll());
  mounted = true;
  const reduced = matchMedia('(prefers-reduced-motion: reduce)').matches;
  const sortable = Sortable.create(list, {
    handle: '.handle',
    draggable: '.card',
    animation: reduced ? 0 : 150,
    // Native dragging knows no touch, and would be mixed up with files that are dropped.
    forceFallback: true,
    fallbackOnBody: true,
    fallbackTolerance: 4,
    ghostClass: 'ghost',
    dragClass: 'dragged',
    scroll: true,
    scrollSensitivity: 80,
    scrollSpeed: 16,
    bubbleScroll: true,
    onEnd: ({ item, newDraggableIndex: to }) => {
      const from = placeOf(item);
      if (from === -1 || to === undefined) return;
      // The rendered list is Preact's: the node returns, and the new order is rendered. A card that
      // was rendered during the drag may stand where the dragged one was.
      const others = cardsOf(list).filter((each) => each !== item);
      list.insertBefore(item, others[from] ?? null);
      cardsOf(list)
        .sort((one, other) => placeOf(one) - placeOf(other))
        .forEach((card, at) => {
          if (list.children[at] !== card) list.insertBefore(card, list.children[at] ?? null);
        });
      if (from !== to) dropped(item, to);
    },
  });
  return () => sortable.destroy();
}

function cardsOf(list: HTMLElement): HTMLElement[] {
  return [...list.children] as HTMLElement[];
}
