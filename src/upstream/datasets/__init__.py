"""The synthetic force: for the demo, the documentation and the tests."""

from upstream.datasets.build import Manifest, build

__all__ = ["Manifest", "build"]
