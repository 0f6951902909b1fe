"""The form of a card."""

from django import forms

from upstream_web.evidence.models import EvidenceCard, Tier, TriangleSide


def _text(label: str, *, required: bool = False, hint: str = "") -> forms.CharField:
    return forms.CharField(label=label, help_text=hint, required=required, widget=forms.Textarea(attrs={"rows": 3}))


class CardForm(forms.Form):
    """What is known of an intervention."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    title = forms.CharField(label="Title", max_length=200)
    summary = _text("In a sentence or two, in your own words", required=True)
    tier = forms.ChoiceField(label="Tier of prevention", choices=[("", "Not one tier"), *Tier.choices], required=False)
    side = forms.ChoiceField(
        label="Side of the triangle", choices=[("", "Not one side"), *TriangleSide.choices], required=False
    )
    effect = forms.ChoiceField(label="Effect", choices=EvidenceCard.Effect.choices, widget=forms.RadioSelect)
    effect_words = _text("Effect in words")
    strength = forms.TypedChoiceField(
        label="Strength of the studies", coerce=int, choices=EvidenceCard.Strength.choices, widget=forms.RadioSelect
    )
    mechanism = _text("Mechanism: how does it work?")
    moderators = _text("Moderators: for whom, where and when?")
    implementation = _text("Implementation: what does it need?")
    economics = _text("Economics: what does it cost and save?")
    source = _text("Source", required=True, hint="Where this was read, to the page.")
    verified = forms.BooleanField(label="The figures were seen in the source", required=False)
