"""What the commands say besides tables and pictures, in both languages."""

from __future__ import annotations

WORDS = {
    "en": {
        "draws": "draws",
        "quantities": "quantities",
        "written": "Written to",
        "stale": "the draws were made with other data ({files}); make them again with: {command}",
        "failed": "draws failed",
        "resume": "--resume tries them again",
        "unpaired": "These folders don't share draws and people: differences between scenarios of different folders "
        "are not paired, and hold the chance of both runs.",
        "differs": "{folder}: {setting} differs from the first folder",
        "values": " ({value}, not {first})",
    },
    "fr": {
        "draws": "tirages",
        "quantities": "grandeurs",
        "written": "Écrit dans",
        "stale": "les tirages ont été faits avec d’autres données ({files}) ; pour les refaire : {command}",
        "failed": "tirages en échec",
        "resume": "--resume les relance",
        "unpaired": "Ces dossiers n’ont pas les mêmes tirages ni les mêmes personnes : les écarts entre scénarios de "
        "dossiers différents ne sont pas appariés et contiennent le hasard des deux simulations.",
        "differs": "{folder} : {setting} n’est pas celui du premier dossier",
        "values": " ({value} au lieu de {first})",
    },
}
