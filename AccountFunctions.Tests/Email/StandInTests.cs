using System.Reflection;
using Azure.Communication.Email;

namespace AccountFunctions.Tests.Email;

/// <summary>
/// A project stands in for package Azure.Communication.Email. What it declares and the package does not have would compile here and not for
/// Azure, so AzureCommunicationEmail.txt lists the package's signatures.
/// </summary>
public sealed class StandInTests
{
    private static readonly Dictionary<string, string> Keywords = new()
    {
        ["Void"] = "void",
        ["String"] = "string",
        ["Boolean"] = "bool",
        ["Int32"] = "int",
        ["Object"] = "object",
    };

    [Fact]
    public void The_stand_in_declares_only_members_of_the_package()
    {
        var list = Repository.PathTo("AccountFunctions.Tests", "Email", "AzureCommunicationEmail.txt");
        var real = File.ReadLines(list).Where(line => line is not ("" or ['#', ..])).ToHashSet();
        var declared = typeof(EmailClient).Assembly.GetExportedTypes().SelectMany(Describe).ToList();

        Assert.Empty(declared.Except(real));
        Assert.True(declared.Count > 60);
    }

    private static IEnumerable<string> Describe(Type type)
    {
        const BindingFlags own =
            BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
        var parent = type.IsClass && type.BaseType != typeof(object) ? type.BaseType : null;
        yield return $"{Kind(type)} {type.FullName}{(parent is null ? "" : $" : {Name(parent)}")}";
        foreach (var contract in type.GetInterfaces().Except(type.BaseType?.GetInterfaces() ?? []).Where(_ => !type.IsEnum))
        {
            yield return $"{type.FullName} : {Name(contract)}";
        }

        if (type.IsEnum)
        {
            foreach (var name in Enum.GetNames(type))
            {
                yield return $"{type.FullName}.{name} = {Enum.Parse(type, name):D}";
            }

            yield break;
        }

        foreach (var constructor in type.GetConstructors(own).Where(IsVisible))
        {
            yield return $"{type.FullName}: {(type.IsAbstract ? "" : Access(constructor))}{type.Name}({Parameters(constructor)})";
        }

        foreach (var method in type.GetMethods(own).Where(IsVisible))
        {
            if (!method.IsSpecialName || method.Name.StartsWith("op_", StringComparison.Ordinal))
            {
                var result = $"{Access(method)}{Modifier(method)}{Name(method.ReturnType)}";
                yield return $"{type.FullName}: {result} {method.Name}({Parameters(method)})";
            }
        }

        foreach (var property in type.GetProperties(own).Where(property => property.GetMethod is { } get && IsVisible(get)))
        {
            var accessors = property.SetMethod is { } set && IsVisible(set) ? "{ get; set; }" : "{ get; }";
            var result = $"{Access(property.GetMethod!)}{Modifier(property.GetMethod!)}{Name(property.PropertyType)}";
            yield return $"{type.FullName}: {result} {property.Name} {accessors}";
        }
    }

    private static string Kind(Type type) =>
        type.IsEnum ? "enum" : type.IsInterface ? "interface" : type.IsValueType ? "struct"
        : type is { IsAbstract: true, IsSealed: true } ? "static class"
        : type.IsAbstract ? "abstract class"
        : type.IsSealed ? "sealed class"
        : "class";

    private static bool IsVisible(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    private static string Access(MethodBase method) => method.IsPublic ? "" : "protected ";

    private static string Modifier(MethodInfo method) =>
        method.IsStatic ? "static "
        : method.IsAbstract ? "abstract "
        : method.GetBaseDefinition() != method ? "override "
        : method is { IsVirtual: true, IsFinal: false } ? "virtual " : "";

    private static string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select(Parameter));

    private static string Parameter(ParameterInfo parameter)
    {
        var modifier = parameter.IsDefined(typeof(ParamArrayAttribute)) ? "params " : "";
        return $"{modifier}{Name(parameter.ParameterType)} {parameter.Name}{(parameter.IsOptional ? " = default" : "")}";
    }

    private static string Name(Type type) =>
        type.IsArray ? $"{Name(type.GetElementType()!)}[]"
        : Nullable.GetUnderlyingType(type) is { } underlying ? $"{Name(underlying)}?"
        : type.IsGenericType ? $"{type.Name.Split('`')[0]}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>"
        : Keywords.GetValueOrDefault(type.Name, type.Name);
}
