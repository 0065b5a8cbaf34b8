import os

from django.core.wsgi import get_wsgi_application

from microcred.timekeeping import agree_or_refuse

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "microcred.settings")

application = get_wsgi_application()
agree_or_refuse()
