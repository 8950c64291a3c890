using AccountFunctions.Accounts;
using AccountFunctions.Contract;

namespace AccountFunctions.Tests.Contract;

public sealed class MemberTests
{
    [Fact]
    public void A_member_of_a_type_that_nothing_reads_is_found()
    {
        Assert.True(Member.IsUnreadableIn(typeof(WithNumber)));
        Assert.False(Member.IsUnreadableIn(typeof(UpdateDetailsRequest)));
        Assert.False(Member.IsUnreadableIn(typeof(LogoutRequest)));
    }

    private sealed record WithNumber(Member<string> Name, Member<int> Number);
}
