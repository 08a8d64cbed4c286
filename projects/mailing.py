"""Send the e-mails of notices, as each person wants them: one a notice, or one a day."""

from __future__ import annotations

import datetime
import logging
from typing import Final

from django.conf import settings
from django.core.mail import send_mail
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from khuyencong.core import clock
from khuyencong.core.models import User
from projects.models import Notice

logger = logging.getLogger(__name__)
# After the reminders of the morning, so that the day's mail has them.
DIGEST_AT: Final = datetime.time(7, 30)
DIGEST_MAX: Final = 100
_SAID: Final = ("proposal", "review__organisation", "grant__on_behalf_of")
_UNWANTED: Final = (
    Q(user__is_active=False)
    | Q(user__email="")
    | (Q(user__mail_only_deadlines=True) & ~Q(kind__in=Notice.DEADLINES))
)


def mail_waiting(limit: int = 200) -> int:
    """Send what waits; each notice at most once even if two workers try. Gives how many mails.

    What somebody does not want by mail stays in the inbox alone.
    """
    waiting = Notice.objects.filter(mailed_at=None)
    unwanted = list(waiting.filter(_UNWANTED).values_list("pk", flat=True))
    Notice.objects.filter(pk__in=unwanted, mailed_at=None).update(mailed_at=clock.now())
    # Nobody has chosen a language for mails: the office's own.
    with translation.override(settings.LANGUAGE_CODE):
        return _each(limit) + _digests(limit)


def _each(limit: int) -> int:
    waiting = Notice.objects.filter(mailed_at=None, user__mail_mode=User.MailMode.EACH)
    sent = 0
    for notice in waiting.select_related("user", *_SAID).order_by("pk")[:limit]:
        if not _claim([notice]):
            continue
        url = _url(notice.path)
        if not _send(notice.user, notice.sentence, [notice.sentence], url):
            _give_back([notice])
            break
        sent += 1
    return sent


def _digests(limit: int) -> int:
    """One mail a person and day with all that waited this morning."""
    now = timezone.localtime(clock.now())
    morning = timezone.make_aware(datetime.datetime.combine(now.date(), DIGEST_AT))
    if now < morning:
        return 0
    waiting = Notice.objects.filter(
        mailed_at=None, user__mail_mode=User.MailMode.DIGEST, created_at__lte=morning
    )
    due = Q(digest_on=None) | Q(digest_on__lt=now.date())
    users = User.objects.filter(due, pk__in=waiting.order_by().values("user"))
    sent = 0
    for user in users.order_by("pk")[:limit]:
        before = user.digest_on
        if not User.objects.filter(due, pk=user.pk).update(digest_on=now.date()):
            continue
        notices = list(waiting.filter(user=user).select_related(*_SAID).order_by("pk"))
        _claim(notices)
        if not _send(user, _subject(len(notices)), _lines(notices), _url(reverse("inbox"))):
            _give_back(notices)
            User.objects.filter(pk=user.pk).update(digest_on=before)
            break
        sent += 1
    return sent


def _subject(count: int) -> str:
    said = ngettext("Cổng khuyến công: %(n)s thông báo", "Cổng khuyến công: %(n)s thông báo", count)
    return said % {"n": count}


def _lines(notices: list[Notice]) -> list[str]:
    """What binds the reader to a day first."""
    ordered = sorted(notices, key=lambda notice: notice.kind not in Notice.DEADLINES)
    lines = [f"- {notice.sentence}" for notice in ordered[:DIGEST_MAX]]
    if len(ordered) > DIGEST_MAX:
        rest = len(ordered) - DIGEST_MAX
        lines.append(_("và {n} thông báo khác trong cổng.").format(n=rest))
    return lines


def _url(path: str) -> str:
    """The full address where the portal knows its own; else nothing."""
    return f"{settings.PUBLIC_URL}{path}" if settings.PUBLIC_URL else ""


def _send(user: User, subject: str, lines: list[str], url: str) -> bool:
    """Codes and days only: what a dossier is about is read inside, by who may."""
    settings_page = _url(reverse("inbox_settings"))
    body = [
        *lines,
        "",
        _("Mở để xem: {url}").format(url=url) if url else _("Mở cổng khuyến công để xem."),
        "",
        _("Đổi cách nhận thư: {url}").format(url=settings_page)
        if settings_page
        else _("Đổi cách nhận thư ở trang Thông báo của cổng."),
    ]
    try:
        send_mail(
            subject=subject,
            message="\n".join(body),
            from_email=settings.DEFAULT_FROM_EMAIL,
            recipient_list=[user.email],
        )
    except OSError:
        logger.warning("mail server does not answer; the notices of user %s wait", user.pk)
        return False
    return True


def _claim(notices: list[Notice]) -> int:
    pks = [notice.pk for notice in notices]
    return Notice.objects.filter(pk__in=pks, mailed_at=None).update(mailed_at=clock.now())


def _give_back(notices: list[Notice]) -> None:
    Notice.objects.filter(pk__in=[notice.pk for notice in notices]).update(mailed_at=None)
