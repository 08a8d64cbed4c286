"""What people are told about dossiers: a row first, an e-mail after."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy


class Notice(models.Model):
    """Thông báo cho một người, written in the transaction of the verb it tells of.

    The row is the truth; the e-mail is sent later from it, and again if the broker was down.
    """

    class Kind(models.TextChoices):
        ARRIVED = "arrived", gettext_lazy("Hồ sơ chờ bạn")
        OUTCOME = "outcome", gettext_lazy("Hồ sơ của bạn có kết quả")
        ASSIGNED = "assigned", gettext_lazy("Hồ sơ được giao cho bạn")
        REMARK = "remark", gettext_lazy("Có ý kiến về hồ sơ của bạn")
        DUE = "due", gettext_lazy("Sắp hết hạn xử lý")
        OVERDUE = "overdue", gettext_lazy("Quá hạn xử lý")
        REPLY_DUE = "reply_due", gettext_lazy("Sắp hết hạn bổ sung")
        DELEGATED = "delegated", gettext_lazy("Bạn được ủy quyền")

    # Those about a day that binds the reader: they are mailed even to who wants no other mail.
    DEADLINES = (Kind.DUE, Kind.OVERDUE, Kind.REPLY_DUE)

    user = models.ForeignKey("core.User", models.PROTECT, related_name="notices")
    # A delegation is about no dossier; every other notice is about one.
    proposal = models.ForeignKey(
        "projects.Proposal", models.PROTECT, null=True, related_name="notices"
    )
    grant = models.ForeignKey("core.RoleGrant", models.PROTECT, null=True, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind)
    status = models.CharField(max_length=16)
    review = models.ForeignKey("projects.Review", models.PROTECT, null=True, related_name="+")
    due_on = models.DateField(null=True, blank=True)
    # What it tells, so that the same is told once: empty where every time is news.
    key = models.CharField(max_length=80, blank=True, editable=False)
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)
    mailed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "key"], condition=~Q(key=""), name="notice_told_once"
            ),
            models.CheckConstraint(
                condition=Q(proposal=None, grant__isnull=False)
                | Q(proposal__isnull=False, grant=None),
                name="notice_is_about_one_thing",
            ),
        ]
        indexes = [
            models.Index(fields=["user", "-id"], condition=Q(read_at=None), name="notice_unread"),
            models.Index(fields=["id"], condition=Q(mailed_at=None), name="notice_unmailed"),
        ]

    def __str__(self) -> str:
        return self.sentence

    @property
    def sentence(self) -> str:
        """What happened, in words; the title is not told twice in a list that links it."""
        if self.grant is not None:
            return _("{giver} ủy quyền cho bạn: {role}, từ {start} đến hết {end}.").format(
                giver=self.grant.on_behalf_of.full_name,
                role=self.grant.get_role_display(),
                start=f"{self.grant.valid_from:%d/%m/%Y}",
                end=f"{self.grant.valid_to:%d/%m/%Y}",
            )
        code = self.proposal.code
        if self.kind == self.Kind.ARRIVED and self._is_site_list:
            return _("{code}: danh sách cơ sở chờ Sở xác nhận.").format(code=code)
        said = {
            self.Kind.ARRIVED: _("{code} chờ cơ quan bạn xử lý, hạn {day}.")
            if self.due_on
            else _("{code} chờ cơ quan bạn xử lý."),
            self.Kind.ASSIGNED: _("{code} được giao cho bạn, hạn {day}.")
            if self.due_on
            else _("{code} được giao cho bạn."),
            self.Kind.REMARK: _("{code} có ý kiến mới, mở hồ sơ để trả lời."),
            self.Kind.DUE: _("{code} sắp hết hạn xử lý: hạn {day}."),
            self.Kind.OVERDUE: _("{code} quá hạn xử lý: hạn là {day}."),
            self.Kind.REPLY_DUE: _("{code} đã quá hạn bổ sung {day}.")
            if self._is_past
            else _("{code} chờ đơn vị bổ sung, hạn {day}."),
        }.get(self.Kind(self.kind))
        if said:
            return said.format(code=code, day=f"{self.due_on:%d/%m/%Y}" if self.due_on else "")
        from projects.models.proposal import Proposal

        if self.status == Proposal.Status.RETURNED and self.review:
            text = (
                _("{code}: {office} trả lại bổ sung, hạn {day}.")
                if self.due_on
                else _("{code}: {office} trả lại bổ sung.")
            )
            day = f"{self.due_on:%d/%m/%Y}" if self.due_on else ""
            return text.format(code=code, office=self.review.organisation.short_name, day=day)
        label = Proposal.Status(self.status).label
        return _("{code}: {status}.").format(code=code, status=label)

    @property
    def path(self) -> str:
        """The page where it is dealt with."""
        if self.proposal is None:
            return reverse("delegation_list")
        return reverse("proposal_detail", kwargs={"code": self.proposal.code})

    @property
    def _is_site_list(self) -> bool:
        """Sites are listed after approval; what is reviewed then has a review of its own."""
        from projects.models.proposal import Proposal

        before = {Proposal.Status.SUBMITTED, Proposal.Status.IN_REVIEW, Proposal.Status.RETURNED}
        return self.review_id is None and self.status not in before

    @property
    def _is_past(self) -> bool:
        """Whether the day it names had gone by when it was written."""
        return bool(self.due_on) and self.due_on < timezone.localdate(self.created_at)
