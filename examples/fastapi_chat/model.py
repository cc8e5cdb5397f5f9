"""What the emulator answers. With a real formation, nothing here is used.

Words in a message choose the reply, so that each feature of the page can be tried.
"""

from __future__ import annotations

from muxi.models.formation import ActionLink, OptionsWidget, ReplyArtifact, WidgetOption
from muxi.testing import Failure, Outcome, Reply, Turn

PLACES = {"coast": "The coast", "hills": "The hills", "city": "A city"}

STORY = """There was once a lighthouse keeper who had never seen the sea by day. He slept from \
dawn to dusk, and each night he climbed the hundred and twelve steps, lit the lamp and watched \
the dark.

Ships passed. He knew them by their lights: two white ones and a green for the coal boat from the \
north, a single red for the old ferry. He gave each of them a name, and wrote down the hour at \
which it went by.

One winter the ferry did not come. He waited through the night, and in the morning, for the first \
time in thirty years, he stayed awake. The sun rose. The water, which he had always known as a \
sound, turned grey, then silver, then a blue for which he had no word.

Far out lay the ferry, her engine broken, with all her passengers on deck. They had found their \
way by his lamp, and they were waving.

He waved back. Then he went down the hundred and twelve steps, sat on the warm stone of the quay, \
and did not sleep at all that day."""

WEATHER = """Lisbon has a mild day ahead: 19 °C and sunny, with a light wind from the north-west.

The evening cools down to 13 °C, so take a jacket if you stay out late."""

HELP = """I'm the emulator, so I know only a few things. Try one of these:

• the weather, to see a tool at work
• a weekend, to choose from options
• the documentation, to get a link
• a long story, to watch it arrive and to stop it
• an error, to see how a failed reply looks

You can also attach a file."""


def answer(turn: Turn) -> Outcome:
    """Return the reply to a turn."""
    said = turn.message.lower()
    if turn.ui_response:
        return _planned(str(turn.ui_response["value"]))
    if turn.files:
        names = ", ".join(str(file.get("filename")) for file in turn.files)
        return Reply(f"Thank you, I have received {names}.")
    if "weather" in said:
        return Reply(WEATHER, tools=["weather__forecast"], delay=1.0)
    if "weekend" in said:
        return Reply("Gladly. Two days are enough for any of these.", widgets=[_choice()])
    if "documentation" in said:
        return Reply("It is on the home page of MUXI.", widgets=[_link()])
    if "story" in said:
        return Reply(STORY)
    if "error" in said:
        return Failure("RuntimeError", "The model is overloaded")
    if "help" in said:
        return Reply(HELP)
    return Reply(f"You said: {turn.message}\n\nSay “help” to see what I can do.")


def _choice() -> OptionsWidget:
    options = [WidgetOption(value=value, label=label) for value, label in PLACES.items()]
    return OptionsWidget(
        type="options", id="ui_weekend", prompt="Where would you like to go?", options=options
    )


def _link() -> ActionLink:
    return ActionLink(
        type="action_link", id="ui_docs", label="Open the documentation", url="https://muxi.org"
    )


def _planned(place: str) -> Reply:
    where = PLACES.get(place, place)
    content = f"{where}\n\nA jacket\nGood shoes\nA book\n"
    packing = ReplyArtifact(type="text", format="txt", filename="packing-list.txt", content=content)
    text = (
        f"{where} it is. On Saturday, leave early and walk until lunch. On Sunday, sleep in and "
        "take the slow way home.\n\nI've made you a packing list."
    )
    return Reply(text, artifacts=[packing])
