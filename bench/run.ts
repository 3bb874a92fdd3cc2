/** Filled by the bench scripts; `npm run bench` runs this. */
export {};
