/** The core build has the same interface as the full one, and only plugins that are mounted. */
declare module 'sortablejs/modular/sortable.core.esm.js' {
  export { default as Sortable, AutoScroll } from 'sortablejs';
}
