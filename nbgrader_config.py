"""nbgrader's configuration for this course. One setting to change: where Colab finds it."""

import os
import warnings

from convgrade.new_gradebook import find_version_here

c = get_config()  # noqa: F821 (nbgrader provides it)

# ---------------------------------------------------------------- launch in Colab
# The GitHub repository that holds the committed release/ folder, as "owner/name". While it is "",
# release notebooks carry no badge. After a change: `make release`.
c.ColabLaunch.repository = ""
c.ColabLaunch.branch = "main"
c.ColabLaunch.kit_url = (
    "https://raw.githubusercontent.com/{repository}/{branch}/release/{assignment}/convkit.zip"
)

# ------------------------------------------------------------------------ course
c.CourseDirectory.course_id = "convolution-is-a-matrix"
c.CourseDirectory.ignore = [".ipynb_checkpoints", "*.pyc", "__pycache__", ".pytest_cache"]

# For a new gradebook nbgrader starts the program `alembic`, which need not be on PATH.
find_version_here()

# SQLAlchemy 2.1 warns about the order in which nbgrader adds rows; the rows are right.
warnings.filterwarnings("ignore", message="Object of type <Submitted")

# ----------------------------------------------------------- generate_assignment
# A comment, not `raise`: an unanswered cell must not stop "Run all".
c.ClearSolutions.code_stub = {"python": "# YOUR CODE HERE"}
# The marking guide of a written answer stands in the locked cell above it.
c.ClearMarkScheme.enforce_metadata = False
# The old release stays when a new one cannot be made.
c.GenerateAssignment.exporter_class = "convgrade.plugins.release.ReleaseExporter"
# nbgrader's own list, with ColabLaunch before the first checksum, and the kit as readable files.
# Lists are assigned whole: this file is loaded twice, and .append() would add twice.
c.GenerateAssignment.preprocessors = [
    "nbgrader.preprocessors.IncludeHeaderFooter",
    "convgrade.plugins.handout.UnpackPackages",
    "convgrade.plugins.colab.ColabLaunch",
    "nbgrader.preprocessors.LockCells",
    "nbgrader.preprocessors.ClearSolutions",
    "nbgrader.preprocessors.ClearOutput",
    "nbgrader.preprocessors.CheckCellMetadata",
    "nbgrader.preprocessors.ComputeChecksums",
    "nbgrader.preprocessors.SaveCells",
    "nbgrader.preprocessors.ClearHiddenTests",
    "nbgrader.preprocessors.ClearMarkScheme",
    "nbgrader.preprocessors.ComputeChecksums",
    "nbgrader.preprocessors.CheckCellMetadata",
]

# ------------------------------------------------------------------- zip_collect
# What a learning platform gives, put below downloaded/<assignment>/archive: docs/collecting.md.
# `convgrade collect` does the same with any file. Both take a list of the class
# (c.Collector.roster = "class.csv") and the zone of times without one (c.Collector.timezone).
c.ZipCollectApp.extractor_plugin = "convgrade.plugins.zip_collect.DownloadExtractor"
c.ZipCollectApp.collector_plugin = "convgrade.plugins.zip_collect.DownloadCollector"

# --------------------------------------------------------------------- autograde
# How a submission is graded: docs/security.md. These three and the lists below belong together.
c.Autograde.exporter_class = "convgrade.plugins.batch.SubmissionExporter"
c.Autograde.sanitize_preprocessors = [
    "convgrade.plugins.rebuild.Rebuild",
    "nbgrader.preprocessors.CheckCellMetadata",
]
# Harmless takes descriptions of pictures apart that TrimPictures reads. What a cell prints arrives
# in pieces cut by the clock: joined, grading twice gives the same file.
c.Autograde.autograde_preprocessors = [
    "convgrade.plugins.execute.ExecuteTrusted",
    "nbconvert.preprocessors.CoalesceStreamsPreprocessor",
    "convgrade.plugins.trim.TrimPictures",
    "convgrade.plugins.harmless.Harmless",
    "nbgrader.preprocessors.IgnorePattern",
    "nbgrader.preprocessors.LimitOutput",
    "convgrade.plugins.save.SaveVerdicts",
    "nbconvert.preprocessors.ClearMetadataPreprocessor",
    "nbgrader.preprocessors.AssignLatePenalties",
    "nbgrader.preprocessors.CheckCellMetadata",
]
c.CoalesceStreamsPreprocessor.enabled = True  # nbconvert leaves its own switched off
c.Execute.timeout = 60  # seconds a cell, and a test cell with all its calls
c.TrustedClient.call_timeout = 20  # seconds for one call of a student's function
c.TrustedClient.notebook_timeout = 300  # seconds for a whole notebook
# Imported once: for all student kernels, and for all processes that run test cells.
c.TrustedClient.kernel_preload = [
    "numpy",
    "torch",
    "matplotlib.pyplot",
    "matplotlib.backends.backend_agg",
]
c.TrustedClient.preload = [
    "numpy.random",
    "torch",
    "matplotlib.figure",
    "convkit",
    "convgrade.rubric",
]
# The kit then describes its pictures and draws none: TrimPictures would only throw them away.
c.TrustedClient.environment = {"CONVKIT_PICTURES": "off"}
c.Execute.record_timing = False  # so that grading twice gives the same file
# The kernels inherit this: for matrices this small, torch's threads only wait for each other.
os.environ.setdefault("OMP_NUM_THREADS", "1")

# -------------------------------------------------------------------- formgrader
# Written answers stand first on a page, not at the end of the lecture.
c.HTMLExporter.preprocessors = ["convgrade.plugins.formgrade.ByHandFirst"]

# ------------------------------------------------------------- generate_feedback
# Feedback shows a student's work, the messages and the points: not the hidden tests' source and
# not the marking guides. The exporter lays out what CollectFeedback collects.
c.ClearHiddenTests.enforce_metadata = False
c.GenerateFeedback.exporter_class = "convgrade.plugins.page.FeedbackExporter"
c.GenerateFeedback.preprocessors = [
    "nbgrader.preprocessors.ClearHiddenTests",
    "nbgrader.preprocessors.ClearMarkScheme",
    "convgrade.plugins.feedback.CollectFeedback",
]
# Assignments whose feedback shows model answers beside what lost points. Name one when everybody
# has handed in: ["toeplitz"]. Then `nbgrader generate_feedback toeplitz` makes the pages anew.
c.ModelAnswers.assignments = []

# ------------------------------------------------------------------------ export
c.ExportApp.plugin_class = "convgrade.plugins.export.ExerciseCsv"
