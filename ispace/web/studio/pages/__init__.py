"""The studio's pages, one module for each that a person can name; each fills a template of ``templates/studio``."""
