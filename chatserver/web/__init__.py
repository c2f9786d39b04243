"""HTTP: routes, middlewares, forms, cookies, static files."""
