"""What a WSGI server loads."""

import atexit
import gc
import os
from importlib import import_module

from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "upstream_web.config.settings.production")
application = get_wsgi_application()
# every page is loaded now, not in the first person's request; and what is loaded stays, so the collector need not look
# through it again, 0.14 seconds in the middle of somebody's answer
import_module(settings.ROOT_URLCONF)
gc.collect()
gc.freeze()
atexit.register(gc.unfreeze)  # at the end everything is let go in order
