"""One line of a sheet carried out: found, entered, moved, corrected, or nothing to do."""

from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from sqlmodel import Session, col, select

from incidents.people import organisations
from incidents.people.directory import cells, contacts, keeping, postings, tree
from incidents.people.directory.sheets import COLUMNS, SheetKind, SheetRow
from incidents.people.organisations import Organisation, OrganisationKind
from incidents.people.persons import ContactKind, ContactPoint, Person
from incidents.record import clock
from incidents.record.actors import Actor
from incidents.record.errors import Conflict, Invalid, NotFound
from incidents.record.language import N_, Language


@dataclass
class Done:
    """What a line came to."""

    subject: str
    created: bool = False
    what: list[tuple[str, str, str]] = field(default_factory=list[tuple[str, str, str]])


def _heading(kind: SheetKind, key: str) -> str:
    return next(column.heading for column in COLUMNS[kind] if column.key == key)


class Writer:
    """Carries lines out for one person; every method says ``None`` when nothing changes."""

    def __init__(self, session: Session, by: Actor) -> None:
        self._session, self._by = session, by
        self._today = clock.now().astimezone(clock.LOCAL).date()

    def organisation(self, row: SheetRow) -> Done | None:
        """Found a body, give it another name from a day on, or end it."""
        body = self._session.exec(
            select(Organisation).where(Organisation.code == row["code"])
        ).first()
        if applies_from := cells.day(row["applies_from"]):
            return self._period(row, applies_from)
        parent_id = self._body(row["parent"]).id if row["parent"] else None
        kind = cells.choice(OrganisationKind, row["kind"]) if row["kind"] else None
        first, last = cells.day(row["valid_from"]), cells.day(row["valid_to"])
        if body is None:
            keeping.found(
                self._session,
                row["code"],
                name=row["name"],
                kind=kind.value if kind else row["kind"] or OrganisationKind.OTHER.value,
                parent_id=parent_id,
                valid_from=first,
                valid_to=last,
                by=self._by,
            )
            return Done(row["name"], created=True)
        founded = (body.name, body.parent_id, body.valid_from)
        if founded != (row["name"], parent_id, first) or (
            row["kind"] and (kind.value if kind else row["kind"]) != body.kind
        ):
            raise Conflict(
                N_(
                    "Cơ quan «%(code)s» đã ghi khác; không sửa đè. "
                    "Đổi tên, vị trí: thêm dòng cùng mã, có ngày áp dụng."
                ),
                code=body.code,
            )
        if last == body.valid_to:
            return None
        if last is None:
            raise Conflict(N_("Cơ quan này đã kết thúc sau ngày %(day)s."), day=body.valid_to)
        keeping.end(self._session, body.id, last_day=last, by=self._by)
        changed = (_heading(SheetKind.ORGANISATIONS, "valid_to"), "", row["valid_to"])
        return Done(body.name, what=[changed])

    def _period(self, row: SheetRow, starts_on: date) -> Done | None:
        body = self._body(row["code"])
        parent_id = self._body(row["parent"]).id if row["parent"] else None
        for held in organisations.periods(self._session, [body.id]).get(body.id, ()):
            same = (held.starts_on, held.name, held.parent_id)
            if same == (starts_on, row["name"], parent_id):
                return None
        before = organisations.name_on(self._session, body.id, starts_on)
        keeping.change(
            self._session,
            body.id,
            name=row["name"],
            parent_id=parent_id,
            starts_on=starts_on,
            basis=row["basis"],
            by=self._by,
        )
        changed = (_heading(SheetKind.ORGANISATIONS, "name"), before, row["name"])
        return Done(before, what=[changed])

    def succession(self, row: SheetRow) -> Done | None:
        """Let one body take over from another."""
        old, new = self._body(row["predecessor"]), self._body(row["successor"])
        day = cells.day(row["happened_on"])
        if day is None:
            raise Invalid(N_("Ghi ngày kế thừa."))
        for held in tree.after(self._session, old.id):
            if (held.successor_id, held.happened_on, held.matter) == (new.id, day, row["matter"]):
                return None
        keeping.succeed(
            self._session,
            [old.id],
            successors=[new.id],
            happened_on=day,
            matter=row["matter"],
            basis=row["basis"],
            ends=cells.yes(row["ends"], usually=True),
            by=self._by,
        )
        return Done(f"{old.name} → {new.name}", created=True)

    def person(self, row: SheetRow) -> Done | None:
        """Enter a person, move them, or put their data right."""
        body = self._body(row["organisation"])
        language = cells.one_of(Language, row["language"]) if row["language"] else None
        starts_on = cells.day(row["starts_on"])
        person = self._person(row["id"], row["username"], row["name"], body)
        if person is None:
            if row["username"]:
                raise Invalid(N_("Tên đăng nhập do quản trị viên cấp, không nhập từ tệp."))
            postings.enter(
                self._session,
                row["name"],
                organisation_id=body.id,
                post=row["post"],
                telephone=row["telephone"],
                language=language or Language.VI,
                by=self._by,
            )
            return Done(row["name"], created=True)
        done = Done(person.name)
        self._notice(done, person, row, language or person.language)
        postings.correct(
            self._session,
            person.id,
            name=row["name"],
            telephone=row["telephone"],
            language=language or person.language,
            by=self._by,
        )
        if (person.organisation_id, person.post) != (body.id, row["post"]):
            former = organisations.get(self._session, person.organisation_id).code
            for key, was in (("organisation", former), ("post", person.post)):
                if was != row[key]:
                    done.what.append((_heading(SheetKind.PEOPLE, key), was, row[key]))
            postings.move(
                self._session,
                person.id,
                organisation_id=body.id,
                post=row["post"],
                starts_on=starts_on or self._today,
                by=self._by,
            )
        return done if done.what else None

    def _notice(self, done: Done, person: Person, row: SheetRow, language: Language) -> None:
        for key, was, now in (
            ("name", person.name, row["name"]),
            ("telephone", person.telephone, row["telephone"]),
            ("language", person.language.value, language.value),
        ):
            if was != now:
                done.what.append((_heading(SheetKind.PEOPLE, key), was, now))

    def contact(self, row: SheetRow) -> Done | None:
        """Add an address, or change it or its place in the order; a changed one is unverified."""
        body = self._body(row["organisation"])
        person = (
            self._person(row["person"], "", row["name"], body)
            if row["person"] or row["name"]
            else None
        )
        if person is None and (row["person"] or row["name"]):
            raise NotFound(N_("Không tìm thấy người này."))
        owner = {"person_id": person.id} if person else {"organisation_id": body.id}
        kind = cells.one_of(ContactKind, row["kind"])
        address = contacts.checked(kind, row["address"])
        position = cells.number(row["position"], usually=1)
        held = self._contact(row["id"], owner, kind, address)
        who = person.name if person else body.name
        if held is None:
            contacts.add(self._session, kind, address, position=position, by=self._by, **owner)
            return Done(f"{who}: {address}", created=True)
        done = Done(f"{who}: {held.address}")
        if (held.channel, held.address) != (kind, address):
            done.what.append((_heading(SheetKind.CONTACTS, "address"), held.address, address))
            contacts.remove(self._session, held.id, by=self._by)
            self._session.flush()
            contacts.add(self._session, kind, address, position=position, by=self._by, **owner)
        elif held.position != position:
            before = str(held.position)
            done.what.append((_heading(SheetKind.CONTACTS, "position"), before, str(position)))
            held.position = position
            self._session.add(held)
        return done if done.what else None

    def _body(self, code: str) -> Organisation:
        if not code:
            raise Invalid(N_("Ghi mã cơ quan."))
        return organisations.by_code(self._session, code)

    def _person(self, given: str, username: str, name: str, body: Organisation) -> Person | None:
        """By id, else by sign-in, else the one of that name in the body."""
        if given:
            found = self._session.get(Person, _uuid(given))
            if found is None or not found.active:
                raise NotFound(N_("Không tìm thấy người này."))
            return found
        wanted = select(Person).where(col(Person.active).is_(True))
        if username:
            return self._session.exec(wanted.where(Person.username == username)).first()
        alike = self._session.exec(
            wanted.where(Person.name == name, Person.organisation_id == body.id)
        ).all()
        if len(alike) > 1:
            raise Conflict(
                N_("Cơ quan có nhiều người tên «%(name)s»; hãy điền mã người."), name=name
            )
        return next(iter(alike), None)

    def _contact(
        self, given: str, owner: dict[str, UUID], kind: ContactKind, address: str
    ) -> ContactPoint | None:
        if given:
            found = contacts.get(self._session, _uuid(given))
            if any(getattr(found, key) != value for key, value in owner.items()):
                raise Conflict(N_("Liên hệ này thuộc người hoặc cơ quan khác."))
            return found
        wanted = select(ContactPoint).where(
            ContactPoint.channel == kind, ContactPoint.address == address
        )
        for key, value in owner.items():
            wanted = wanted.where(getattr(ContactPoint, key) == value)
        return self._session.exec(wanted).first()


def _uuid(cell: str) -> UUID:
    try:
        return UUID(cell)
    except ValueError:
        raise Invalid(N_("«%(cell)s» không phải mã đã xuất từ danh bạ."), cell=cell) from None
