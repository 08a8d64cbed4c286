"""What synthetic dossiers are about and who handles them: found once, used for all."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from typing import Any

from budgets.models import Cell
from khuyencong.core import clock, roles, text
from khuyencong.core.models import LegalDocument, Organisation, Place, User
from programmes.models import Activity, FundingSource, Programme
from projects.demo import files
from projects.demo.bulk.inserting import insert
from projects.demo.people import Cast
from projects.models import Enterprise, ReviewChain, ReviewStep
from projects.models.naming import bare


@dataclass
class Lane:
    """One source's way through its offices, with who speaks at each step."""

    source: FundingSource
    chain: ReviewChain
    steps: list[ReviewStep]
    offices: list[Organisation]
    actors: list[User]

    @property
    def approving(self) -> int:
        """Which step (from 0) approves; those after it look at the detailed allotment."""
        return next(
            index for index, step in enumerate(self.steps) if step.kind == ReviewStep.Kind.APPROVE
        )


@dataclass
class Scene:
    """``opening`` is the day on which the first dossier is entered."""

    programme: Programme
    opening: datetime.date
    texts: dict[str, Any]
    officers: list[User]
    specialist: User
    head: User
    accountant: User
    lanes: list[Lane]
    own: FundingSource
    cells: dict[tuple[int, int], Cell]
    activities: list[Activity]
    communes: list[Place]
    firms: list[Enterprise] = field(default_factory=list)
    _serials: dict[str, int] = field(default_factory=dict)

    def number(self, form: str, office: Organisation) -> str:
        """The next number of a form of paper, after those of earlier runs."""
        shape = self.texts["numbers"][form]
        ending = shape.partition("}")[2].format(office=office.sign or office.short_name)
        if ending not in self._serials:
            self._serials[ending] = LegalDocument.objects.filter(number__endswith=ending).count()
        self._serials[ending] += 1
        return shape.format(n=self._serials[ending], office=office.sign or office.short_name)

    def document(
        self, form: str, kind: str, office: Organisation, day: datetime.date
    ) -> LegalDocument:
        """An unsaved paper of this day."""
        return LegalDocument(
            number=self.number(form, office),
            kind=kind,
            issuer=office,
            issuer_name=office.name,
            issued_on=day,
            year=day.year,
            title=self.texts["mark"],
            province=self.programme.province,
            is_illustration=True,
        )


def find(programme: Programme) -> Scene:
    cast = Cast(programme.province)
    opening = datetime.date(programme.start_year - 1, 5, 4)
    sources = [share.source for share in programme.version.source_shares.select_related("source")]
    officers = [
        user
        for user in User.objects.filter(is_demo=True).select_related("organisation").order_by("pk")
        if user.may(roles.PROPOSAL_SUBMIT)
    ]
    with clock.at(opening):
        lanes = [_lane(source, programme, cast) for source in sources if source.is_state]
    return Scene(
        programme=programme,
        opening=opening,
        texts=files.read("bulk"),
        officers=officers,
        specialist=cast.of_department(roles.ALLOCATE),
        head=cast.of_department(roles.CONCLUDE),
        accountant=cast.of_department(roles.EXECUTE),
        lanes=lanes,
        own=next(source for source in sources if not source.is_state),
        cells={
            (cell.source_id, cell.year): cell
            for cell in Cell.objects.filter(programme=programme).select_related(
                "source", "programme"
            )
        },
        activities=list(Activity.objects.valid_on(opening)),
        communes=list(
            Place.objects.valid_on(clock.today())
            .filter(level=Place.Level.COMMUNE, parent=programme.province)
            .select_related("parent")
            .prefetch_related("changes_to__new", "changes_from__old")
        ),
    )


def _lane(source: FundingSource, programme: Programme, cast: Cast) -> Lane:
    chain = ReviewChain.objects.in_force(source.pk, programme.province_id, clock.today())
    steps = list(chain.steps.all())
    offices = [
        Organisation.objects.acting(step.organisation_kind, programme.province_id, clock.today())
        for step in steps
    ]
    rights = [
        roles.APPROVE
        if step.kind == ReviewStep.Kind.APPROVE
        else roles.CONCLUDE
        if step.two_signatures
        else roles.REVIEW
        for step in steps
    ]
    actors = [cast.at(office.pk, right) for office, right in zip(offices, rights, strict=True)]
    return Lane(source, chain, steps, offices, actors)


def add_firms(scene: Scene, count: int) -> None:
    """Synthetic establishments, without identifiers."""
    first = Enterprise.objects.filter(name__endswith=scene.texts["mark"]).count()
    firms = []
    for number in range(first + 1, first + count + 1):
        name = f"{scene.texts['firm'].format(n=number)} {scene.texts['mark']}"
        firms.append(
            Enterprise(
                province=scene.programme.province,
                name=name,
                kind=Enterprise.Kind.HOUSEHOLD,
                place=scene.communes[number % len(scene.communes)],
                is_illustration=True,
                search_text=text.fold(name),
                name_key=text.sort_key(name)[:1000],
                name_bare=bare(name)[:200],
            )
        )
    scene.firms = insert(firms)
