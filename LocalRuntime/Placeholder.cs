namespace LocalRuntime; internal static class Placeholder;
