"""Purges: announced to those who can lengthen a period or take a copy in time, then told when done."""

from datetime import date

from app.access.capacity import Capacity
from app.kit.i18n import _
from app.notices.notices.telling import Table, Telling, Telltale
from app.notices.queries.scenes import People, Scene


class Announced(Scene):
    """A purge to come."""

    def facts(self) -> dict[str, object]:
        runs_on = date.fromisoformat(self.payload["runs_on"])
        return {"day": runs_on, "count": sum(self.payload["due"].values())}

    def administrators(self) -> People:
        """Those who set the periods."""
        return self._granted(Capacity.ADMINISTRATOR)


class Done(Announced):
    """A purge that ran."""

    def facts(self) -> dict[str, object]:
        return {"count": sum(self.payload["purged"].values())}


PRIVACY: Table = {
    "purge.announced": Telltale(Announced, [
        Telling([Announced.administrators, Announced.lab], _("Des données arrivent au terme de leur conservation"),
                _("Le {day}, Essaim en efface {count}. Le tableau de conservation dit lesquelles et depuis quand. "
                  "D'ici là, l'administration de la plateforme peut allonger une durée.")),
    ]),
    "purge.done": Telltale(Done, [
        Telling([Done.administrators, Done.lab], _("Les données arrivées à leur terme sont effacées"),
                _("Nombre de données effacées : {count}. Le journal dit combien de chaque sorte.")),
    ]),
}  # fmt: skip
