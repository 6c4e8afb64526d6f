"""However many procedures are conducted, each gets what it would get alone."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scripted_procedures import YES_NO, Oracle, cast, named, scripted

from agents.answers.export import verify_answers
from agents.answers.store import AnswerStore
from agents.models.ask_key import ask_key
from agents.models.base import NO_PICTURE, Answer, Ask, FrameReference, Stimulus
from agents.procedures.conductor import ConductOptions, Standing, conduct
from agents.procedures.procedure import Addressed, Named, Procedure, alone
from vectorstore.foundation.errors import BlindModelError, InputError, ModelError

SEEDS = st.lists(st.integers(0, 60), max_size=12)
OPTIONS = st.builds(ConductOptions, in_flight=st.integers(1, 13), window=st.none() | st.integers(1, 9))


@settings(max_examples=60, deadline=None)
@given(SEEDS, OPTIONS)
def test_any_interleaving_gives_what_each_gets_alone(seeds: list[int], options: ConductOptions) -> None:
    one_by_one = [alone(scripted(seed), cast()) for seed in seeds]
    assert list(conduct(named(seeds), cast(), None, None, options)) == one_by_one


@settings(max_examples=25, deadline=None)
@given(SEEDS, OPTIONS, OPTIONS, st.integers(0, 8), st.integers(0, 40))
def test_what_is_stored_and_what_is_interrupted_changes_nothing(
    tmp_path_factory: pytest.TempPathFactory,
    seeds: list[int],
    options: ConductOptions,
    later: ConductOptions,
    before: int,
    stop: int,
) -> None:
    path = tmp_path_factory.mktemp("store") / "answers.sqlite"
    one_by_one = [alone(scripted(seed), cast()) for seed in seeds]
    with AnswerStore(path) as store:
        part = list(conduct(named(seeds[:before]), cast(), store, None, options))
        assert part == one_by_one[:before]
        with contextlib.suppress(KeyboardInterrupt):
            list(conduct(named(seeds), cast(interrupting(stop)), store, None, options))
        good = {str(key) for key, error in zip(*_column(store), strict=True) if not error}
        players = cast()
        assert list(conduct(named(seeds), players, store, None, later)) == one_by_one
        again = [ask_key(ask, model) for model in (players["subject"], players["judge"]) for ask in model.asked]
        assert len(again) == len(set(again)) and not good & set(again)
        assert verify_answers(store).problems == ()


def interrupting(after: int) -> Callable[[], None]:
    """Interrupts as a user does, before one answer more than so many."""
    left = iter(range(after))

    def before_each() -> None:
        if next(left, None) is None:
            raise KeyboardInterrupt

    return before_each


def _column(store: AnswerStore) -> tuple[list[str], list[str]]:
    table = store.table()
    done = table[table["answered"] | (table["error"] != "")] if len(table) else table
    return (list(done["key"]), list(done["error"])) if len(table) else ([], [])


def test_equal_asks_count_once_and_come_in_the_order_of_the_planner(tmp_path: Path) -> None:
    def asks(pictures: str, personas: str) -> Procedure[int]:
        wanted = [
            Addressed(Ask(Stimulus((FrameReference(picture * 64, Path("p")),)), "Q?", YES_NO, system=persona))
            for persona in personas
            for picture in pictures
        ]
        return len((yield wanted))

    for store in (None, AnswerStore(tmp_path / "answers.sqlite")):
        model = Oracle()
        procedures = [Named("a", asks("abc", "xy")), Named("b", asks("bad", "zyx"))]
        assert list(conduct(procedures, {"subject": model}, store)) == [6, 9]
        order = ["".join((ask.stimulus.frames[0].picture_sha[0], ask.system)) for ask in model.asked]
        assert order == ["ax", "ay", "az", "bx", "by", "bz", "cx", "cy", "dx", "dy", "dz"]
        if store is not None:
            store.close()


class Broken(Oracle):
    """Its weights overflowed."""

    def answer(self, ask: Ask) -> Answer:
        return Answer({"yes": float("nan"), "no": -0.1}, "yes", "yes", 3)


def test_a_log_probability_that_is_none_fails_its_ask_also_where_nothing_is_stored(tmp_path: Path) -> None:
    def asking() -> Procedure[Answer]:
        (answer,) = yield [Addressed(Ask(Stimulus(), "Q?", YES_NO))]
        return answer

    with AnswerStore(tmp_path / "answers.sqlite") as store:
        (stored,) = conduct([Named("a", asking())], {"subject": Broken()}, store)
    (kept,) = conduct([Named("a", asking())], {"subject": Broken()})
    assert kept == stored and kept.error
    assert (kept.log_probabilities, kept.parsed, Broken().answer(Ask(Stimulus(), "Q?")).mass) == ({}, "", 0.0)


def counting(name: str, steps: int, log: list[str] | None = None) -> Procedure[int]:
    """Asks its own questions one after the other; says when it begins and when it is let go of."""
    log = [] if log is None else log
    log.append(f"{name} begins")
    try:
        for step in range(steps):
            yield [Addressed(Ask(Stimulus(), f"{name}, {step}?", YES_NO))]
        return steps
    finally:
        log.append(f"{name} ends")


def test_procedures_are_taken_up_when_there_is_room_and_given_back_in_their_order() -> None:
    log: list[str] = []
    procedures = (Named(f"{n}", counting(f"{n}", 6 - n, log)) for n in range(6))
    results = conduct(procedures, cast(), options=ConductOptions(in_flight=2))
    assert log == []
    assert next(results) == 6
    # Two at a time: 0 and 1, then what comes in the place of 1, and of that.
    assert log[:4] == ["0 begins", "1 begins", "1 ends", "2 begins"] and "4 begins" not in log
    assert list(results) == [5, 4, 3, 2, 1]


def test_whoever_stops_listening_lets_go_of_the_procedures() -> None:
    log: list[str] = []
    results = conduct((Named(f"{n}", counting(f"{n}", n, log)) for n in range(1, 9)), cast())
    assert next(results) == 1
    results.close()  # type: ignore[attr-defined]
    assert sorted(log) == sorted(f"{n} {word}" for n in range(1, 9) for word in ("begins", "ends"))


def test_procedures_that_ask_nothing_come_to_their_ends() -> None:
    def silent(rounds: int) -> Procedure[int]:
        for _ in range(rounds):
            assert (yield []) == []
        return rounds

    listed = [0, 2, 0, 0, 5, 1, 0]
    for in_flight in (1, 2, 7):
        procedures = (Named(f"{place}", silent(rounds)) for place, rounds in enumerate(listed))
        assert list(conduct(procedures, {}, options=ConductOptions(in_flight=in_flight))) == listed
    assert list(conduct([], {})) == []


def test_progress_adds_up(tmp_path: Path) -> None:
    for again in (False, True):
        told: list[Standing] = []
        with AnswerStore(tmp_path / "answers.sqlite") as store:
            list(conduct([Named(f"{n}", counting(f"{n}", 3)) for n in range(5)], cast(), store, told.append))
        assert told[-1] == Standing(5, 0, 0 if again else 15, 15 if again else 0, 0)
        assert [standing.asked for standing in told] == sorted(standing.asked for standing in told)
        assert all(standing.finished + standing.in_flight == 5 for standing in told)


# ------------------------------------------------------------------------------------------ what goes wrong


def failing(name: str, error: Exception) -> Procedure[int]:
    yield [Addressed(Ask(Stimulus(), f"{name}?", YES_NO))]
    raise error


@pytest.mark.parametrize("error", [InputError("no such word", "try another"), ZeroDivisionError("ours")])
def test_a_procedure_that_fails_is_named_the_others_are_closed_and_answers_stay(
    tmp_path: Path, error: Exception
) -> None:
    log: list[str] = []
    with AnswerStore(tmp_path / "answers.sqlite") as store:
        listed = [Named("good", counting("good", 3, log)), Named("bad", failing("bad", error))]
        with pytest.raises(type(error)) as told:
            list(conduct(listed, cast(), store))
        assert told.value is error and error.__notes__ == ["in the procedure 'bad'"]
        assert log == ["good begins", "good ends"]
        assert store.table()["answered"].tolist() == [True, True]


def test_who_is_not_in_the_cast_cannot_be_asked() -> None:
    def stranger() -> Procedure[None]:
        yield [Addressed(Ask(Stimulus(), "?"), "critic")]

    with pytest.raises(InputError, match=r"asks 'critic', who is not in the cast") as told:
        list(conduct([Named("lost", stranger())], cast()))
    assert told.value.hint == "cast: judge, second judge, subject" and told.value.__notes__ == [
        "in the procedure 'lost'"
    ]
    with pytest.raises(InputError, match="'critic'"):
        alone(stranger(), cast())


def test_two_procedures_of_one_name_are_refused() -> None:
    with pytest.raises(InputError, match="two procedures are called 'a'"):
        list(conduct([Named("a", counting("a", 1)), Named("a", counting("b", 1))], cast()))


def test_numbers_at_once_are_at_least_one() -> None:
    with pytest.raises(InputError, match="at least 1"):
        ConductOptions(in_flight=0)
    with pytest.raises(InputError, match="at least 1"):
        ConductOptions(window=0)


def test_a_model_that_loses_answers_is_an_error() -> None:
    class Short(Oracle):
        def score(self, asks: Sequence[Ask]) -> Iterator[Answer]:
            return super().score(asks[1:])

    with pytest.raises(ModelError, match="fewer answers"):
        list(conduct([Named("a", counting("a", 2))], {"subject": Short()}))
    with pytest.raises(ModelError, match="gave 0 answers to 1 questions"):
        alone(counting("a", 2), {"subject": Short()})


def test_what_is_no_log_probability_is_a_failure_and_the_store_stays_whole(tmp_path: Path) -> None:
    class Broken(Oracle):
        def answer(self, ask: Ask) -> Answer:
            scored = {"0": {"yes": float("nan"), "no": -1.0}, "1": {"yes": 0.0, "no": float("-inf")}, "2": {"yes": 7.0}}
            return Answer(scored[ask.question[3]], "yes\0\ud800", "yes")

    def all_three() -> Procedure[list[Answer]]:
        return list((yield [Addressed(Ask(Stimulus(), f"a, {step}?", YES_NO)) for step in range(3)]))

    with AnswerStore(tmp_path / "answers.sqlite") as store:
        ((first, second, third),) = conduct([Named("a", all_three())], {"subject": Broken()}, store)
        assert first.error == "nan as log-probability of 'yes'" and third.error == "7.0 as log-probability of 'yes'"
        assert first.log_probabilities == third.log_probabilities == {}
        assert second.log_probabilities == {"yes": 0.0, "no": -745.0} and second.text == "yes?"
        assert verify_answers(store).problems == ()


def test_a_blind_model_is_stopped_and_asked_again_when_it_sees(tmp_path: Path) -> None:
    class Sometimes(Oracle):
        blind = True

        def answer(self, ask: Ask) -> Answer:
            return Answer(text="No image.", parsed=NO_PICTURE) if self.blind else Answer(text="Yes", parsed="yes")

    def looking(picture: int) -> Procedure[list[str]]:
        frame = FrameReference(f"{picture:064x}", Path("p.jpg"))
        answers = yield [Addressed(Ask(Stimulus((frame,)), f"{n}?", YES_NO)) for n in range(10)]
        return [answer.parsed for answer in answers]

    model = Sometimes()
    with AnswerStore(tmp_path / "answers.sqlite") as store:
        for options in (ConductOptions(), ConductOptions(in_flight=1)):
            with pytest.raises(BlindModelError, match="sees no picture") as told:
                list(conduct([Named(f"{n}", looking(n)) for n in range(8)], {"subject": model}, store, None, options))
            assert told.value.hint.endswith("the same command asks again")
            assert not store.table()["answered"].any() and verify_answers(store).problems == ()
        model.blind = False
        found = list(conduct([Named(f"{n}", looking(n)) for n in range(8)], {"subject": model}, store))
        assert found == [["yes"] * 10] * 8
    model.blind = True
    watched = ConductOptions(watch_pictures=False)
    assert len(list(conduct([Named(f"{n}", looking(n)) for n in range(8)], {"subject": model}, options=watched))) == 8


def test_nothing_of_a_procedure_is_held_when_it_has_ended() -> None:
    def heavy(number: int, alive: list[int]) -> Procedure[int]:
        class Weight:
            def __del__(self) -> None:
                alive[0] -= 1

        alive[0] += 1
        weight = Weight()
        yield [Addressed(Ask(Stimulus(), f"{number}?"))]
        del weight
        return number

    alive, most = [0], 0
    for _ in conduct((Named(f"{n}", heavy(n, alive)) for n in range(300)), cast(), options=ConductOptions(in_flight=9)):
        gc.collect(0)
        most = max(most, alive[0])
    assert most <= 9
