/** Who is signed in, and the sentences in the person's language, as the server wrote them into the page. */

/** @type {any} */
const { me, texts } = document.body.dataset;
export const page = { me: me ? JSON.parse(me) : null, texts: JSON.parse(texts) };
