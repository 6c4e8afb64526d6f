"""What ``import valuespectrum as vs`` offers: everything that the command line does, as functions and typed results.

Nothing is imported before it is used, so that importing this costs nothing::

    vs.bench, vs.score, vs.report ...   do something; the last arguments are settings and who is told how it goes
    vs.BenchSettings ...                settings, named like the options of the command line
    vs.Scores ...                       results: print them, ``to_dict``, ``to_pandas``, show them in a notebook

Bad input raises a ``ValueSpectrumError`` (``valuespectrum.errors``), whose message says what is wrong and whose hint
says what to do.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from agents.models.base import Model as Model, ModelOptions as ModelOptions
    from agents.models.registry import load_model as load_model
    from agents.personas.reserved import MOST_PLACEBO_TEXTS as MOST_PLACEBO_TEXTS, PLACEBO_TEXTS as PLACEBO_TEXTS
    from valuespectrum.operations.bench import (
        BenchSettings as BenchSettings,
        Planned as Planned,
        bench as bench,
        plan_bench as plan_bench,
    )
    from valuespectrum.operations.browse import (
        BrowseSettings as BrowseSettings,
        FeedSession as FeedSession,
        Replayed as Replayed,
        browse as browse,
        replay as replay,
    )
    from valuespectrum.operations.calibrate import (
        CalibrateSettings as CalibrateSettings,
        Calibration as Calibration,
        calibrate as calibrate,
    )
    from valuespectrum.operations.corpora.care import (
        Verified as Verified,
        rebuild as rebuild,
        reembed as reembed,
        verify as verify,
    )
    from valuespectrum.operations.corpora.info import CorpusInfo as CorpusInfo, info as info
    from valuespectrum.operations.corpora.labelling import (
        Labelled as Labelled,
        LabelSettings as LabelSettings,
        label as label,
    )
    from valuespectrum.operations.corpora.pictures import (
        JudgeSettings as JudgeSettings,
        PictureSettings as PictureSettings,
    )
    from valuespectrum.operations.corpora.refresh import (
        Refreshed as Refreshed,
        RefreshSettings as RefreshSettings,
        plan_refresh as plan_refresh,
        refresh as refresh,
    )
    from valuespectrum.operations.corpora.relevance import (
        RatedPictures as RatedPictures,
        Relevance as Relevance,
        nuisance as nuisance,
        relevance as relevance,
    )
    from valuespectrum.operations.corpora.remove import Takedown as Takedown, remove as remove
    from valuespectrum.operations.corpora.search import Filter as Filter, Hits as Hits, Query as Query, search as search
    from valuespectrum.operations.corpora.sources import (
        SourceList as SourceList,
        Undone as Undone,
        forget as forget,
        sources as sources,
    )
    from valuespectrum.operations.corpora.states import (
        CorpusExportSettings as CorpusExportSettings,
        SnapshotList as SnapshotList,
        StateDifference as StateDifference,
        diff as diff,
        export_corpus as export_corpus,
        snapshot as snapshot,
        snapshots as snapshots,
    )
    from valuespectrum.operations.crowd import (
        Crowd as Crowd,
        FeedSessions as FeedSessions,
        browse_many as browse_many,
    )
    from valuespectrum.operations.making.dilemmas import (
        MadeDilemmas as MadeDilemmas,
        MakeDilemmaSettings as MakeDilemmaSettings,
        make_dilemmas as make_dilemmas,
    )
    from valuespectrum.operations.doctor import DoctorSettings as DoctorSettings, Health as Health, doctor as doctor
    from valuespectrum.operations.export import Exported as Exported, ExportSettings as ExportSettings, export as export
    from valuespectrum.operations.history import (
        HistorySettings as HistorySettings,
        WatchHistory as WatchHistory,
        history as history,
    )
    from valuespectrum.operations.ingest import (
        Ingested as Ingested,
        IngestSettings as IngestSettings,
        ingest as ingest,
        plan_ingest as plan_ingest,
    )
    from valuespectrum.operations.instrument import (
        InstrumentList as InstrumentList,
        InstrumentSettings as InstrumentSettings,
        list_instruments as list_instruments,
        run_instrument as run_instrument,
    )
    from valuespectrum.operations.personas.asked import (
        PersonaAskSettings as PersonaAskSettings,
        PersonasAsked as PersonasAsked,
        check_personas as check_personas,
        interview_personas as interview_personas,
        judge_personas as judge_personas,
    )
    from valuespectrum.operations.personas.files import (
        MakeSettings as MakeSettings,
        PersonaImportSettings as PersonaImportSettings,
        PersonaList as PersonaList,
        import_personas as import_personas,
        list_personas as list_personas,
        make_persona as make_persona,
        show_persona as show_persona,
    )
    from valuespectrum.operations.quickstart import (
        QuickstartOptions as QuickstartOptions,
        Summary as Summary,
        quickstart as quickstart,
    )
    from valuespectrum.operations.report import Page as Page, ReportSettings as ReportSettings, report as report
    from valuespectrum.operations.score import Scores as Scores, ScoreSettings as ScoreSettings, score as score
    from valuespectrum.operations.shared.choices import (
        AcrossName as AcrossName,
        DecoderName as DecoderName,
        EmbedderFormat as EmbedderFormat,
        EngineName as EngineName,
        ExportForm as ExportForm,
        FormName as FormName,
        FrameName as FrameName,
        LayoutName as LayoutName,
        ModelFormat as ModelFormat,
        OverName as OverName,
        PeopleLayout as PeopleLayout,
        PersonaFormat as PersonaFormat,
        PlaceName as PlaceName,
        RaterName as RaterName,
        ReadoutName as ReadoutName,
        SamplingName as SamplingName,
        SearchEngine as SearchEngine,
        SpokenStrategy as SpokenStrategy,
        StrategyName as StrategyName,
        TargetName as TargetName,
        ObjectiveName as ObjectiveName,
        ThresholdsName as ThresholdsName,
    )
    from valuespectrum.operations.shared.known import (
        known_batteries as known_batteries,
        known_instruments as known_instruments,
        known_levels as known_levels,
        known_parts as known_parts,
        known_personas as known_personas,
        known_policies as known_policies,
        known_values as known_values,
    )
    from valuespectrum.operations.shared.option_files import (
        FileOption as FileOption,
        read_option_file as read_option_file,
    )
    from valuespectrum.operations.shared.outcomes import Outcome as Outcome
    from valuespectrum.operations.shared.telling import (
        Advance as Advance,
        Caution as Caution,
        Teller as Teller,
        Unattended as Unattended,
    )
    from valuespectrum.operations.steering.counterfactual import (
        CounterfactualSettings as CounterfactualSettings,
        LoopPart as LoopPart,
        LoopRecords as LoopRecords,
        SteeredAnswers as SteeredAnswers,
        steer_counterfactual as steer_counterfactual,
    )
    from valuespectrum.operations.steering.applying import (
        AppliedSteering as AppliedSteering,
        GateSettings as GateSettings,
        SteeringList as SteeringList,
        apply_steering as apply_steering,
        list_steering as list_steering,
        steered_spec as steered_spec,
    )
    from valuespectrum.operations.steering.fit import (
        FitSettings as FitSettings,
        FittedIntervention as FittedIntervention,
        PairSettings as PairSettings,
        fit_steering as fit_steering,
        steering_pairs as steering_pairs,
    )
    from valuespectrum.operations.steering.exporting import (
        ExportedSteering as ExportedSteering,
        RequestForm as RequestForm,
        export_steering as export_steering,
    )
    from valuespectrum.operations.steering.features import (
        ActivationName as ActivationName,
        FeatureEdit as FeatureEdit,
        FeatureSettings as FeatureSettings,
        FeatureTraining as FeatureTraining,
        RankedFeatures as RankedFeatures,
        rank_value_features as rank_value_features,
    )
    from valuespectrum.operations.steering.graph import (
        GraphDraws as GraphDraws,
        GraphReading as GraphReading,
        GraphRule as GraphRule,
        GraphScale as GraphScale,
        GraphSettings as GraphSettings,
        MinedGraph as MinedGraph,
        mine_graph as mine_graph,
    )
    from valuespectrum.operations.steering.neurons import (
        CountedName as CountedName,
        EditedName as EditedName,
        FoundNeurons as FoundNeurons,
        NeuronSettings as NeuronSettings,
        find_neurons as find_neurons,
    )
    from valuespectrum.operations.steering.words import (
        WordsSettings as WordsSettings,
        WordsWritten as WordsWritten,
        make_words as make_words,
    )
    from valuespectrum.operations.steering.sweep import (
        SteeringSweep as SteeringSweep,
        SweepSettings as SweepSettings,
        SweepThen as SweepThen,
        sweep_steering as sweep_steering,
    )
    from valuespectrum.operations.studies.compare import (
        CompareSettings as CompareSettings,
        RunComparison as RunComparison,
        compare as compare,
    )
    from valuespectrum.operations.studies.design import (
        DesignPlan as DesignPlan,
        DesignSettings as DesignSettings,
        check_pilot as check_pilot,
        plan_design as plan_design,
    )
    from valuespectrum.operations.studies.feed_page import (
        FeedPage as FeedPage,
        FeedPageSettings as FeedPageSettings,
        feed as feed,
    )
    from valuespectrum.operations.studies.levels import (
        LevelRuns as LevelRuns,
        bench_level as bench_level,
        plan_level as plan_level,
    )
    from valuespectrum.operations.studies.ordinal import (
        OrdinalComparison as OrdinalComparison,
        OrdinalSettings as OrdinalSettings,
        RepeatsPlan as RepeatsPlan,
        ordinal as ordinal,
        plan_ratings as plan_ratings,
    )
    from valuespectrum.operations.searches.settings import SearchSettings as SearchSettings
    from valuespectrum.operations.searches.telling import (
        TellingSearch as TellingSearch,
        search_telling as search_telling,
    )
    from valuespectrum.operations.studies.people import (
        PeopleSessions as PeopleSessions,
        PeopleSettings as PeopleSettings,
        people as people,
    )
    from valuespectrum.operations.studies.reproduce import Reproduction as Reproduction, reproduce as reproduce
    from valuespectrum.operations.studies.roleplay import (
        ReplayedSessions as ReplayedSessions,
        RolePlayed as RolePlayed,
        RoleplayPlan as RoleplayPlan,
        RoleplaySettings as RoleplaySettings,
        plan_roleplay as plan_roleplay,
        replay_roleplay as replay_roleplay,
        roleplay as roleplay,
    )
    from valuespectrum.operations.studies.sessions import (
        SessionComparison as SessionComparison,
        SessionSettings as SessionSettings,
        compare_sessions as compare_sessions,
    )
    from valuespectrum.operations.studies.twins import (
        TwinStudy as TwinStudy,
        TwinStudySettings as TwinStudySettings,
        study_twins as study_twins,
    )
    from valuespectrum.operations.validity.convergence import (
        Convergence as Convergence,
        ConvergenceSettings as ConvergenceSettings,
        convergence as convergence,
    )
    from valuespectrum.operations.validity.functioning import (
        Functioning as Functioning,
        FunctioningSettings as FunctioningSettings,
        functioning as functioning,
    )
    from vectorstore.corpus import Corpus as Corpus

_HOMES = {
    "agents.models.base": "Model ModelOptions",
    "agents.models.registry": "load_model",
    "agents.personas.reserved": "MOST_PLACEBO_TEXTS PLACEBO_TEXTS",
    "valuespectrum.operations.bench": "BenchSettings Planned bench plan_bench",
    "valuespectrum.operations.browse": "BrowseSettings Replayed FeedSession browse replay",
    "valuespectrum.operations.calibrate": "CalibrateSettings Calibration calibrate",
    "valuespectrum.operations.corpora.care": "Verified rebuild reembed verify",
    "valuespectrum.operations.corpora.info": "CorpusInfo info",
    "valuespectrum.operations.corpora.labelling": "Labelled LabelSettings label",
    "valuespectrum.operations.corpora.pictures": "JudgeSettings PictureSettings",
    "valuespectrum.operations.corpora.refresh": "RefreshSettings Refreshed plan_refresh refresh",
    "valuespectrum.operations.corpora.relevance": "RatedPictures Relevance nuisance relevance",
    "valuespectrum.operations.corpora.remove": "Takedown remove",
    "valuespectrum.operations.corpora.search": "Filter Hits Query search",
    "valuespectrum.operations.corpora.sources": "SourceList Undone forget sources",
    "valuespectrum.operations.corpora.states": (
        "CorpusExportSettings SnapshotList StateDifference diff export_corpus snapshot snapshots"
    ),
    "valuespectrum.operations.crowd": "Crowd FeedSessions browse_many",
    "valuespectrum.operations.doctor": "DoctorSettings Health doctor",
    "valuespectrum.operations.export": "ExportSettings Exported export",
    "valuespectrum.operations.making.dilemmas": "MadeDilemmas MakeDilemmaSettings make_dilemmas",
    "valuespectrum.operations.history": "HistorySettings WatchHistory history",
    "valuespectrum.operations.ingest": "IngestSettings Ingested ingest plan_ingest",
    "valuespectrum.operations.instrument": "InstrumentList InstrumentSettings list_instruments run_instrument",
    "valuespectrum.operations.personas.asked": (
        "PersonaAskSettings PersonasAsked check_personas interview_personas judge_personas"
    ),
    "valuespectrum.operations.personas.files": (
        "MakeSettings PersonaImportSettings PersonaList import_personas list_personas make_persona show_persona"
    ),
    "valuespectrum.operations.quickstart": "QuickstartOptions Summary quickstart",
    "valuespectrum.operations.report": "Page ReportSettings report",
    "valuespectrum.operations.score": "ScoreSettings Scores score",
    "valuespectrum.operations.shared.choices": (
        "AcrossName DecoderName EmbedderFormat EngineName ExportForm FormName FrameName LayoutName ModelFormat "
        "OverName PeopleLayout PersonaFormat PlaceName RaterName ReadoutName SamplingName SearchEngine SpokenStrategy "
        "ObjectiveName StrategyName TargetName ThresholdsName"
    ),
    "valuespectrum.operations.shared.known": (
        "known_batteries known_instruments known_levels known_parts known_personas known_policies known_values"
    ),
    "valuespectrum.operations.shared.option_files": "FileOption read_option_file",
    "valuespectrum.operations.shared.outcomes": "Outcome",
    "valuespectrum.operations.shared.telling": "Advance Caution Teller Unattended",
    "valuespectrum.operations.steering.counterfactual": (
        "CounterfactualSettings LoopPart LoopRecords SteeredAnswers steer_counterfactual"
    ),
    "valuespectrum.operations.steering.applying": (
        "AppliedSteering GateSettings SteeringList apply_steering list_steering steered_spec"
    ),
    "valuespectrum.operations.steering.fit": (
        "FitSettings FittedIntervention PairSettings fit_steering steering_pairs"
    ),
    "valuespectrum.operations.steering.exporting": "ExportedSteering RequestForm export_steering",
    "valuespectrum.operations.steering.features": (
        "ActivationName FeatureEdit FeatureSettings FeatureTraining RankedFeatures rank_value_features"
    ),
    "valuespectrum.operations.steering.graph": (
        "GraphDraws GraphReading GraphRule GraphScale GraphSettings MinedGraph mine_graph"
    ),
    "valuespectrum.operations.steering.neurons": "CountedName EditedName FoundNeurons NeuronSettings find_neurons",
    "valuespectrum.operations.steering.words": "WordsSettings WordsWritten make_words",
    "valuespectrum.operations.steering.sweep": "SteeringSweep SweepSettings SweepThen sweep_steering",
    "valuespectrum.operations.studies.compare": "CompareSettings RunComparison compare",
    "valuespectrum.operations.studies.design": "DesignPlan DesignSettings check_pilot plan_design",
    "valuespectrum.operations.studies.feed_page": "FeedPage FeedPageSettings feed",
    "valuespectrum.operations.studies.levels": "LevelRuns bench_level plan_level",
    "valuespectrum.operations.studies.ordinal": "OrdinalComparison OrdinalSettings RepeatsPlan ordinal plan_ratings",
    "valuespectrum.operations.searches.settings": "SearchSettings",
    "valuespectrum.operations.searches.telling": "TellingSearch search_telling",
    "valuespectrum.operations.studies.people": "PeopleSessions PeopleSettings people",
    "valuespectrum.operations.studies.reproduce": "Reproduction reproduce",
    "valuespectrum.operations.studies.roleplay": (
        "ReplayedSessions RolePlayed RoleplayPlan RoleplaySettings plan_roleplay replay_roleplay roleplay"
    ),
    "valuespectrum.operations.studies.sessions": "SessionComparison SessionSettings compare_sessions",
    "valuespectrum.operations.studies.twins": "TwinStudy TwinStudySettings study_twins",
    "valuespectrum.operations.validity.convergence": "Convergence ConvergenceSettings convergence",
    "valuespectrum.operations.validity.functioning": "Functioning FunctioningSettings functioning",
    "vectorstore.corpus": "Corpus",
}
"""Where each name is at home."""
_HOME = {name: module for module, names in _HOMES.items() for name in names.split()}

if not TYPE_CHECKING:
    # A type checker reads the imports above; a list that is computed would hide them from it.
    __all__ = sorted(_HOME)


if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        if name not in _HOME:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        found = getattr(importlib.import_module(_HOME[name]), name)
        globals()[name] = found
        return found

    def __dir__() -> list[str]:
        return sorted(_HOME)
