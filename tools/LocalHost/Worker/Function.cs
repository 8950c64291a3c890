using System.Text.Json;
using LocalHost.Worker.Rpc;

namespace LocalHost.Worker;

/// <summary>A function as the worker describes it in its metadata.</summary>
internal sealed class Function
{
    public Function(RpcFunctionMetadata metadata)
    {
        (Id, Name) = (metadata.FunctionId, metadata.Name);
        var trigger = metadata.RawBindings.Select(binding => JsonElement.Parse(binding)).First(IsTrigger);
        Parameter = Text(trigger, "name") ?? "";
        switch (Text(trigger, "type"))
        {
            case "httpTrigger":
                Route = Text(trigger, "route") ?? Name;
                Methods = trigger.TryGetProperty("methods", out var methods)
                    ? [.. methods.EnumerateArray().Select(method => $"{method}")]
                    : [];
                IsAnonymous = string.Equals(Text(trigger, "authLevel"), "Anonymous", StringComparison.OrdinalIgnoreCase);
                break;
            case "queueTrigger":
                Queue = Text(trigger, "queueName");
                Connection = Text(trigger, "connection") ?? "AzureWebJobsStorage";
                IsDeferred = trigger.TryGetProperty("properties", out var properties)
                    && Text(properties, "supportsDeferredBinding") is "True";
                break;
        }
    }

    public string Id { get; }

    public string Name { get; }

    /// <summary>Name of the parameter that the trigger fills.</summary>
    public string Parameter { get; }

    /// <summary>The route below the prefix; null if this is not an HTTP function.</summary>
    public string? Route { get; }

    public IReadOnlyList<string> Methods { get; } = [];

    /// <summary>False: the caller needs a function key.</summary>
    public bool IsAnonymous { get; }

    /// <summary>The queue; null if this is not a queue function.</summary>
    public string? Queue { get; }

    /// <summary>Name of the setting that connects to the queue's storage.</summary>
    public string Connection { get; } = "";

    /// <summary>True: the worker wants the whole message as model binding data, not only its text.</summary>
    public bool IsDeferred { get; }

    private static bool IsTrigger(JsonElement binding) => Text(binding, "type")?.EndsWith("Trigger", StringComparison.Ordinal) ?? false;

    private static string? Text(JsonElement element, string name) => element.TryGetProperty(name, out var value) ? value.GetString() : null;
}
