"""What the commands say besides tables and pictures, in both languages."""

from __future__ import annotations

WORDS = {
    "en": {
        "draws": "draws",
        "runs": "runs",
        "quantities": "quantities",
        "written": "Written to",
        "stale": "the posterior was fitted to other data ({files}); make it again with: {command}",
        "unfitted": "the posterior was not fitted under this structure: its parameters are those of another one",
        "large": "people {people} × draws {draws} × scenarios {scenarios}: about {minutes} min on a quiet machine "
        "(processes {processes}, threads of each {threads}); memory at most {needed} GiB of {free} GiB free",
        "one_draw": "; a draw takes about {minutes} min, --draws sets how many",
        "failed": "draws failed",
        "resume": "--resume tries them again",
        "unpaired": "These folders don't share draws and people: differences between scenarios of different folders "
        "are not paired, and hold the chance of both runs.",
        "differs": "{folder}: {setting} differs from the first folder",
        "values": " ({value}, not {first})",
    },
    "fr": {
        "draws": "tirages",
        "runs": "simulations",
        "quantities": "grandeurs",
        "written": "Écrit dans",
        "stale": "la loi a posteriori a été ajustée à d’autres données ({files}) ; pour la refaire : {command}",
        "unfitted": "la loi a posteriori n’est pas ajustée sous cette structure : ses paramètres viennent d’une autre",
        "large": "personnes {people} × tirages {draws} × scénarios {scenarios} : environ {minutes} min sur une machine "
        "au repos (processus {processes}, fils d’exécution de chacun {threads}) ; mémoire au plus {needed} Gio, "
        "{free} Gio libres",
        "one_draw": " ; un tirage prend environ {minutes} min, --draws en fixe le nombre",
        "failed": "tirages en échec",
        "resume": "--resume les relance",
        "unpaired": "Ces dossiers n’ont pas les mêmes tirages ni les mêmes personnes : les écarts entre scénarios de "
        "dossiers différents ne sont pas appariés et contiennent le hasard des deux simulations.",
        "differs": "{folder} : {setting} n’est pas celui du premier dossier",
        "values": " ({value} au lieu de {first})",
    },
}
