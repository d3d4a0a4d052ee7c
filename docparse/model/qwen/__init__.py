"""The in-process Qwen2.5-VL engine: continuous batching on torch. Nothing here is imported until an engine opens."""
