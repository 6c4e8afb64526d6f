"""The scene kinds of the reference world: what each shows, and which values it serves.

``weights`` is the planted truth about a kind: the share of its liking that comes from each value.
Pure kinds carry one value, mixed kinds two, neutral kinds none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

TIMES_OF_DAY: Mapping[str, str] = {
    "morning": "in the morning",
    "day": "by day",
    "sunset": "at sunset",
    "night": "at night",
}
"""Time of day and the words a caption uses for it."""


@dataclass(frozen=True, slots=True)
class SceneKind:
    """One kind of drawn scene."""

    name: str
    caption: str
    """Noun phrase that describes the picture."""
    title: str
    """Title as a poster would write it."""
    keywords: tuple[str, ...]
    """Tags; for pure kinds words of the value's keyword list."""
    weights: Mapping[str, float] = field(default_factory=dict)
    """Value to weight, summing to one; empty for neutral kinds."""
    refused: bool = False
    """Whether the reference models refuse to answer about it at their planted rate."""

    @property
    def value(self) -> str | None:
        """The value of a pure kind, else ``None``."""
        return next(iter(self.weights)) if len(self.weights) == 1 else None


def _pure(value: str, *rows: tuple[str, str, str, str]) -> list[SceneKind]:
    return [
        SceneKind(name, caption, title, tuple(words.split(", ")), {value: 1.0}) for name, caption, title, words in rows
    ]


def _kinds() -> list[SceneKind]:
    return [
        *_pure(
            "self_direction",
            (
                "painter_easel",
                "a painter working on a picture at an easel",
                "My own colours",
                "creativity, painting, originality",
            ),
            (
                "inventor_workbench",
                "an inventor building a machine at a workbench",
                "It almost works",
                "inventing, curiosity, creativity",
            ),
            (
                "lone_hiker_crossroads",
                "a lone hiker choosing a way at a crossroads",
                "Which way today",
                "freedom, independence, choosing",
            ),
            (
                "stargazer_telescope",
                "a person looking at the stars through a telescope",
                "What is out there",
                "curiosity, exploring, discovery",
            ),
            (
                "writer_typewriter",
                "a writer typing a story at a desk",
                "Chapter one",
                "originality, independence, creativity",
            ),
            (
                "student_chemistry",
                "a student trying out a chemistry experiment",
                "What if I mix these",
                "discovery, curiosity, exploring",
            ),
        ),
        *_pure(
            "stimulation",
            ("roller_coaster", "people riding a roller coaster", "Hands up", "thrill, excitement, roller coaster"),
            ("skydiver", "a skydiver falling through the clouds", "Jump", "daring, adventure, skydiving"),
            ("surfer_wave", "a surfer riding a huge wave", "Biggest one yet", "surfing, adventure, challenge"),
            ("bike_jump", "a mountain biker jumping over a gap", "Full speed", "daring, thrill, extreme sport"),
            ("kayak_rapids", "a kayak racing down wild rapids", "White water", "adventure, challenge, excitement"),
            (
                "cliff_climber",
                "a climber hanging on a steep cliff",
                "No looking down",
                "challenge, extreme sport, novelty",
            ),
        ),
        *_pure(
            "hedonism",
            (
                "ice_cream_sundae",
                "a big ice cream sundae with a cherry",
                "Treat yourself",
                "dessert, pleasure, indulgence",
            ),
            (
                "beach_lounger",
                "a person relaxing on a beach lounger",
                "Doing nothing",
                "relaxing, enjoyment, sunbathing",
            ),
            ("dance_party", "people dancing at a party under a mirror ball", "All night long", "party, fun, dancing"),
            ("bubble_bath", "a person enjoying a bubble bath", "Me time", "relaxing, indulgence, comfort"),
            (
                "hammock_drink",
                "a person with a cool drink in a hammock",
                "Holiday mode",
                "enjoyment, comfort, relaxing",
            ),
            (
                "pizza_feast",
                "a hot pizza with melting cheese on a table",
                "One more slice",
                "pleasure, indulgence, enjoyment",
            ),
        ),
        *_pure(
            "achievement",
            ("podium_medal", "an athlete with a medal on a podium", "First place", "winning, medal, success"),
            ("graduate_cap", "a graduate throwing a cap into the air", "We made it", "graduation, success, competence"),
            ("finish_line", "a runner crossing the finish line", "Personal best", "ambition, winning, hard work"),
            ("trophy_shelf", "a shining trophy on a shelf with ribbons", "Champion", "trophy, success, recognition"),
            ("rising_chart", "a speaker showing a rising chart", "Record quarter", "ambition, competence, recognition"),
            (
                "weight_lifter",
                "a weight lifter raising a heavy barbell",
                "New record",
                "hard work, ambition, performance",
            ),
        ),
        *_pure(
            "power",
            (
                "golden_throne",
                "a ruler with a crown on a golden throne",
                "Mine to command",
                "authority, throne, dominance",
            ),
            ("sports_car", "an expensive sports car in front of a villa", "Just bought it", "luxury, wealth, status"),
            (
                "corner_office",
                "a boss looking down from a skyscraper office",
                "Top floor",
                "control, authority, prestige",
            ),
            ("gold_vault", "piles of gold bars and coins in a vault", "All of it", "wealth, money, riches"),
            ("private_yacht", "a large private yacht with a helicopter", "My weekend boat", "luxury, riches, prestige"),
            (
                "leader_balcony",
                "a leader on a balcony with banners above a crowd",
                "They listen",
                "dominance, authority, status",
            ),
        ),
        *_pure(
            "security",
            (
                "fire_engine",
                "firefighters with a fire engine and a ladder",
                "Always ready",
                "protection, rescue service, safety",
            ),
            ("locked_door", "a house door with locks and an alarm", "Locked twice", "locked door, safety, order"),
            ("lifeguard_tower", "a lifeguard watching from a tower", "Eyes on the water", "protection, guard, safety"),
            ("doctor_checkup", "a doctor listening to the heart of a patient", "Yearly check", "health, stability"),
            ("hard_hats", "workers with helmets behind a safety barrier", "Safety first", "helmet, safety, order"),
            (
                "lighthouse_storm",
                "a lighthouse shining over a stormy harbour",
                "Safe harbour",
                "shelter, protection, stability",
            ),
        ),
        *_pure(
            "conformity",
            ("orderly_queue", "people standing in an orderly queue", "Wait your turn", "queue, politeness, rules"),
            (
                "school_uniforms",
                "pupils in school uniforms sitting in rows",
                "Quiet please",
                "uniform, obedience, discipline",
            ),
            ("marching_band", "soldiers marching in step", "Left, right", "discipline, obedience, duty"),
            ("red_light", "people waiting at a red traffic light", "Red means stop", "rules, self-restraint"),
            (
                "polite_bow",
                "two people bowing politely to each other",
                "Pleased to meet you",
                "politeness, manners, respect",
            ),
            (
                "silent_library",
                "readers sitting still under a silence sign in a library",
                "Shh",
                "self-restraint, manners, rules",
            ),
        ),
        *_pure(
            "tradition",
            ("temple_incense", "a temple with smoking incense", "As always", "religion, temple, ritual"),
            (
                "folk_dancers",
                "dancers in folk costumes around a maypole",
                "Village feast",
                "folk costume, custom, heritage",
            ),
            (
                "lantern_festival",
                "paper lanterns rising at an old festival",
                "Lantern night",
                "festival, custom, ritual",
            ),
            ("wedding_arch", "a bride and groom under a wedding arch", "Forever", "wedding, ceremony, custom"),
            (
                "ancestor_portraits",
                "candles in front of old family portraits",
                "We remember",
                "ancestors, heritage, religion",
            ),
            (
                "tea_ceremony",
                "a kneeling host pouring tea at a tea ceremony",
                "The old way",
                "ceremony, ritual, heritage",
            ),
        ),
        *_pure(
            "benevolence",
            ("friends_hug", "two friends hugging each other", "Missed you", "friendship, kindness, loyalty"),
            (
                "grandmother_soup",
                "a grandchild bringing soup to a grandmother in bed",
                "Get well soon",
                "caring, family, helping",
            ),
            (
                "carry_groceries",
                "a neighbour helping to carry heavy bags up the stairs",
                "Let me take that",
                "helping, kindness, support",
            ),
            (
                "bedtime_story",
                "a parent reading a bedtime story to a child",
                "Once upon a time",
                "family, love, caring",
            ),
            (
                "shared_umbrella",
                "a person sharing an umbrella in the rain",
                "Room for two",
                "sharing, kindness, friendship",
            ),
            (
                "bandaged_knee",
                "an adult putting a plaster on the knee of a child",
                "All better",
                "caring, comforting, support",
            ),
        ),
        *_pure(
            "universalism",
            (
                "plant_tree",
                "people planting a young tree",
                "For those after us",
                "environment, nature, protecting nature",
            ),
            (
                "hands_globe",
                "people of many colours holding hands around a globe",
                "One world",
                "equality, world, diversity",
            ),
            ("peace_dove", "a white dove with an olive branch over a rainbow", "Peace", "peace, harmony, world"),
            (
                "beach_cleanup",
                "volunteers collecting rubbish on a beach",
                "Leave it clean",
                "environment, protecting nature",
            ),
            ("whale_ocean", "a whale and fish in the clear sea", "Their home", "wildlife, nature, harmony"),
            ("justice_scales", "balanced scales of justice with equal people", "Equal", "justice, equality"),
        ),
        SceneKind("bus_stop", "an empty bus stop with a bench", "Stop 14", ("bus stop", "bench")),
        SceneKind("washing_machine", "a washing machine turning", "Spin cycle", ("laundry", "washing machine")),
        SceneKind("brick_wall", "a plain brick wall with a pipe", "Wall", ("bricks", "pipe")),
        SceneKind("wall_clock", "a clock ticking on a wall", "Tick", ("clock", "minutes")),
        SceneKind("colour_bars", "a test card with colour bars", "Test card", ("colour bars", "test card")),
        SceneKind("car_park", "an empty car park with lines", "Level two", ("car park", "concrete")),
        SceneKind("desk_supplies", "paper clips and pencils on a desk", "Desk", ("pencils", "paper clips")),
        SceneKind(
            "voting_booth", "a ballot paper in a voting booth", "Polling day", ("ballot", "voting booth"), {}, True
        ),
        _mixed(
            "family_picnic",
            "a family with cake on a picnic blanket",
            "Sunday",
            "picnic, cake",
            "hedonism",
            "benevolence",
        ),
        _mixed(
            "rope_rescue",
            "a climber pulling a friend up a rope",
            "Got you",
            "rope, friend",
            "stimulation",
            "benevolence",
        ),
        _mixed(
            "golden_award",
            "a rich winner with a golden cup and cameras",
            "The winner takes it",
            "award, cameras",
            "achievement",
            "power",
        ),
        _mixed(
            "monk_garden",
            "a monk watering a temple garden with birds",
            "Temple garden",
            "monk, garden",
            "tradition",
            "universalism",
        ),
        _mixed(
            "fire_drill",
            "pupils lined up with a guard at a fire drill",
            "Drill",
            "fire drill, line",
            "security",
            "conformity",
        ),
        _mixed(
            "hot_air_balloon",
            "a lone traveller in a hot air balloon",
            "Wherever it goes",
            "balloon, traveller",
            "self_direction",
            "stimulation",
        ),
        _mixed(
            "festive_table",
            "a festive table with old dishes and candles",
            "Holiday dinner",
            "feast, candles",
            "tradition",
            "hedonism",
        ),
        _mixed(
            "aid_tent",
            "a doctor of an aid tent with children of many colours",
            "Field clinic",
            "aid tent, doctor",
            "security",
            "universalism",
        ),
    ]


def _mixed(name: str, caption: str, title: str, words: str, first: str, second: str) -> SceneKind:
    return SceneKind(name, caption, title, tuple(words.split(", ")), {first: 0.5, second: 0.5})


KINDS: tuple[SceneKind, ...] = tuple(_kinds())
"""All scene kinds; the position of a kind in this tuple is its class index in training."""

BY_NAME: Mapping[str, SceneKind] = {kind.name: kind for kind in KINDS}
