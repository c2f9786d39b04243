/** Entry of the search, loaded at the first use of its field: results as one types, and the way through them. */
import { Results } from './search/results.js';
import { Walk } from './search/walk.js';

const form = document.querySelector('.sidebar .search');
const results = new Results(form, document.querySelector('#search-results'));
new Walk(results);
