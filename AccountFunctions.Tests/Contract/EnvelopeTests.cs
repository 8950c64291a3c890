using AccountFunctions.Contract.Answers;
using AccountFunctions.Documentation;

namespace AccountFunctions.Tests.Contract;

public sealed class EnvelopeTests
{
    [Fact]
    public void Every_status_of_a_problem_has_a_title_and_another_one_is_a_bug()
    {
        Assert.All(Catalogue.Problems, problem => Assert.NotEmpty(Envelope.Title(problem.Status ?? 0)));
        Assert.Throws<ArgumentOutOfRangeException>(() => Envelope.Title(418));
    }
}
