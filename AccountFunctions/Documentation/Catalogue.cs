using System.Reflection;
using AccountFunctions.Contract.Answers;
using AccountFunctions.Contract.Description;
using AccountFunctions.Contract.Fields;

namespace AccountFunctions.Documentation;

/// <summary>An error code that clients may get, and its documentation.</summary>
/// <param name="Name">The name of the member that defines it.</param>
/// <param name="Status">Null for the code of a field.</param>
public sealed record CatalogueEntry(string Name, string Code, int? Status, string Meaning, string Advice);

/// <summary>Every error code, read from <see cref="Problem"/> and <see cref="FieldError"/>.</summary>
public static class Catalogue
{
    public static IReadOnlyList<CatalogueEntry> Problems { get; } = Read<Problem>(
        typeof(Problem), problem => (problem.Code, problem.Status));

    public static IReadOnlyList<CatalogueEntry> FieldErrors { get; } = Read<string>(typeof(FieldError), code => (code, null));

    private static IReadOnlyList<CatalogueEntry> Read<T>(Type type, Func<T, (string Code, int? Status)> describe) =>
    [
        .. from field in type.GetFields(BindingFlags.Public | BindingFlags.Static)
           let explained = field.GetCustomAttribute<ExplainedAttribute>()
               ?? throw new InvalidOperationException($"{type.Name}.{field.Name} is not explained.")
           let described = describe((T)field.GetValue(null)!)
           select new CatalogueEntry(field.Name, described.Code, described.Status, explained.Meaning, explained.Advice),
    ];
}
